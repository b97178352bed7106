import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { fullCounts, randomFrom } from './_support/counts.ts';
import { prove } from './_support/guarantees/prove.ts';
import { scrape } from './_support/scrape.ts';
import { useServer } from './_support/use-server.ts';

const pair = useServer({ MAX_RUNS_PER_USER: '0' });

interface Departure {
  id: string;
  leftAtMs: number;
}

const now = () => performance.timeOrigin + performance.now();

/** Starts a stream, and destroys its socket (FIN, or RST) so long after the request was sent. */
function startAndLeave(options: {
  id: string;
  afterMs: number;
  isReset: boolean;
  model: string;
}): Promise<Departure> {
  const { id, afterMs, isReset, model } = options;
  const directive = JSON.stringify({ id, tokens: 500, firstDelayMs: 15, delayMs: 5 });
  const body = JSON.stringify({ model, message: `[[fake ${directive}]]` });
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${pair.server.url}/api/chat/stream`, {
      method: 'POST',
      agent: false,
      headers: { authorization: `Bearer ${pair.server.token}`, 'content-type': 'application/json' },
    });
    request.on('response', (response) => response.on('error', () => undefined).resume());
    request.on('error', (error) => {
      if (!request.destroyed) reject(error);
    });
    request.end(body, () => {
      setTimeout(() => {
        const departure = { id, leftAtMs: now() };
        if (isReset) request.socket?.resetAndDestroy();
        else request.destroy();
        resolve(departure);
      }, afterMs);
    });
  });
}

describe('a caller that leaves', () => {
  it(`closes its upstream call, whenever and however it leaves (× ${fullCounts ? 1000 : 200})`, async () => {
    const random = randomFrom('disconnects');
    const departures: Departure[] = [];
    const total = fullCounts ? 1000 : 200;
    let spanMs = 120;
    for (let done = 0; done < total; done += 10) {
      const before = pair.upstream.stats.requests;
      const batch = Array.from({ length: 10 }, (_, index) =>
        startAndLeave({
          id: `d${done + index}`,
          afterMs: random() * spanMs,
          isReset: random() < 0.3,
          model: random() < 0.5 ? 'anthropic/claude-sonnet-5-5' : 'openai/gpt-4.1',
        }),
      );
      departures.push(...(await Promise.all(batch)));
      // Most are to leave an answer that has begun, on a slow machine too.
      if (pair.upstream.stats.requests - before < 6) spanMs *= 1.1;
    }
    const { seed } = random;
    await vi
      .waitFor(() => expect(pair.upstream.stats.active).toBe(0), { timeout: 5000 })
      .catch(() => undefined);
    prove('leavers', { found: pair.upstream.stats.active, cases: total, seed });
    expect(pair.upstream.stats.completed).toBe(0);
    const leftAt = new Map(departures.map(({ id, leftAtMs }) => [id, leftAtMs]));
    const delays = pair.upstream.stats.abortTimes
      .map(({ id = '', atMs }) => atMs - (leftAt.get(id) ?? NaN))
      .sort((a, b) => a - b);
    const median = delays[Math.floor(delays.length / 2)] ?? NaN;
    const p99 = delays[Math.floor(delays.length * 0.99)] ?? NaN;
    expect(delays.length).toBeGreaterThan(total / 2);
    prove('leavers-p99', { found: p99, cases: total, seed });
    prove('leavers-median', { found: median, cases: total, seed });
  });

  it('costs no upstream call when it has gone before the call is made', async () => {
    const { auth } = pair.server.rooms;
    const authenticate = auth.authenticate.bind(auth);
    const slow = Promise.withResolvers<void>();
    auth.authenticate = async (token) => {
      await slow.promise;
      return authenticate(token);
    };
    try {
      await startAndLeave({ id: 'early', afterMs: 30, isReset: false, model: 'openai/gpt-4.1' });
      await new Promise((resolve) => setTimeout(resolve, 30));
      slow.resolve();
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(pair.upstream.stats.requests).toBe(0);
    } finally {
      auth.authenticate = authenticate;
    }
  });

  it('does not end the run while another follower is there', async () => {
    pair.upstream.script({ tokens: 40, delayMs: 10 });
    const leaving = new AbortController();
    const first = await pair.server.call('/api/chat/stream', {
      body: { message: 'Hi' },
      signal: leaving.signal,
    });
    const runId = first.headers.get('x-run-id');
    const second = pair.server.call(`/api/runs/${runId}/events`).then((response) => response.text());
    await expect.poll(() => pair.upstream.stats.tokens).toBeGreaterThan(5);
    leaving.abort();
    expect(await second).toContain('"reason":"complete"');
  });
});

describe('a caller that leaves before its request is whole', () => {
  const half = useServer({ METRICS_PORT: '0' });

  /** Its half would be a request, were it taken for all of the body. */
  async function sendHalfAndLeave({ isReset }: { isReset: boolean }): Promise<void> {
    const { url, token } = half.server;
    const { hostname, port, host } = new URL(url);
    const body = JSON.stringify({ message: 'Hi', model: 'openai/gpt-4.1' });
    const socket = connect(Number(port), hostname);
    const closed = once(socket, 'close');
    const head = [
      'POST /api/chat/stream HTTP/1.1',
      `Host: ${host}`,
      `Authorization: Bearer ${token}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length * 2}`,
      'Expect: 100-continue',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    // It has come in.
    await once(socket, 'data');
    socket.resume().write(body, () => (isReset ? socket.resetAndDestroy() : socket.end()));
    await closed;
  }

  it('costs no upstream call, and leaves nothing open (× 20)', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => sendHalfAndLeave({ isReset: index % 2 === 0 })),
    );
    const read = async () => {
      const values = await scrape(half.server);
      const names = [...values.keys()].filter((name) => name.startsWith('sluice_http_request_seconds_count'));
      return {
        over: names.reduce((sum, name) => sum + (values.get(name) ?? 0), 0),
        open: values.get('sluice_connections_open'),
        running: values.get('sluice_runs_running'),
      };
    };
    await expect.poll(read).toEqual({ over: 20, open: 0, running: 0 });
    const ready = await half.server.call('/readyz');
    expect([ready.status, await ready.text()]).toEqual([200, 'ready\n']);
    const whole = await half.server.call('/api/chat', { body: { message: 'Hi' } });
    expect(await whole.json()).toMatchObject({ reason: 'complete' });
    expect(half.upstream.stats.requests).toBe(1);
  });
});
