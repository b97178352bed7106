import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSseDecoder } from '../packages/shared/src/index.ts';

const frame = (delta: object, finishReason: string | null) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finishReason }] })}\n\n`;

export interface ClockUpstream extends AsyncDisposable {
  /** Of its chat completions route. */
  url: string;
}

/** An upstream whose tokens say when they were sent: 50 a second, until the caller leaves. */
export async function startClockUpstream(): Promise<ClockUpstream> {
  const server = createServer((req, res) => {
    req.resume().on('end', () => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      const timer = setInterval(() => res.write(frame({ content: `${performance.now()} ` }, null)), 20);
      res.on('close', () => clearInterval(timer));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1/chat/completions`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Reads some streams for a while, this process being the upstream too. @returns how long each token took, in ms */
export async function measureDelays(
  request: { url: string; headers: Record<string, string>; body: string },
  { streams, ms }: { streams: number; ms: number },
): Promise<number[]> {
  const delays: number[] = [];
  const signal = AbortSignal.timeout(ms);
  const read = async () => {
    const decoder = createSseDecoder();
    const response = await fetch(request.url, { ...request, method: 'POST', signal });
    for await (const chunk of response.body ?? []) {
      const now = performance.now();
      for (const { event } of decoder.decode(chunk as Uint8Array)) {
        if (event.type !== 'text-delta') continue;
        for (const sent of event.text.trim().split(' ')) delays.push(now - Number(sent));
      }
    }
  };
  const isOver = (error: unknown) => {
    if (!signal.aborted) throw error;
  };
  await Promise.all(Array.from({ length: streams }, () => read().catch(isOver)));
  return delays;
}
