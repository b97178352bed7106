import { describe, expect, it } from 'vitest';
import { startFakeUpstream } from './_support/fake-upstream.ts';
import { pointAt, startServer } from './_support/start-server.ts';

describe('rate limits', () => {
  it('tell JSON and SSE alike where the caller stands, and when to come back', async () => {
    await using upstream = await startFakeUpstream();
    await using server = await startServer({ ...pointAt(upstream), RATE_LIMIT_PER_MINUTE: '3' });
    for (let left = 2; left >= 0; left -= 1) {
      const response = await server.call('/api/chat/stream', { body: { message: 'Hi' } });
      expect(response.status).toBe(200);
      expect(response.headers.get('ratelimit')).toContain(`r=${left};`);
      expect(response.headers.get('ratelimit-policy')).toContain('q=3; w=60');
      await response.text();
    }
    const refused = await server.call('/api/chat/stream', { body: { message: 'Hi' } });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: 'rate_limited', retryable: true });
    expect(upstream.stats.requests).toBe(3);
    expect((await server.call('/api/models')).headers.get('ratelimit')).toContain('r=29;');
  });

  it('count bad tokens and sign-in by address, and leave good tokens from there alone', async () => {
    await using server = await startServer({ RATE_LIMIT_PER_MINUTE: '5' });
    const guess = () => server.call('/api/models', { token: 'guess' }).then(({ status }) => status);
    expect(await Promise.all(Array.from({ length: 5 }, guess))).toEqual([401, 401, 401, 401, 401]);
    expect(await guess()).toBe(429);
    const login = await server.call('/api/auth/login', {
      token: '',
      body: { email: 'a@b.c', password: 'x' },
    });
    expect(login.status).toBe(429);
    expect((await server.call('/api/models')).status).toBe(200);
  });

  it('take no address from a header while no proxy is trusted', async () => {
    await using server = await startServer({ RATE_LIMIT_PER_MINUTE: '2' });
    const statuses = [];
    for (let i = 0; i < 4; i += 1) {
      const headers = { 'x-forwarded-for': `10.0.0.${i}` };
      statuses.push((await server.call('/api/models', { token: '', headers })).status);
    }
    expect(statuses).toEqual([401, 401, 429, 429]);
  });
});

describe('the limit of runs at once', () => {
  it('refuses one more, and takes it when another has ended', async () => {
    await using upstream = await startFakeUpstream();
    await using server = await startServer({ ...pointAt(upstream), MAX_RUNS_PER_USER: '2' });
    upstream.script({ tokens: 500, delayMs: 5 });
    const start = () => server.call('/api/chat/stream', { body: { message: 'Hi' } });
    const [first] = await Promise.all([start(), start()]);
    const refused = await start();
    expect(refused.status).toBe(429);
    expect(refused.headers.has('retry-after')).toBe(true);
    expect(await refused.json()).toMatchObject({ code: 'too_many_runs', retryable: true });
    await server.call(`/api/runs/${first?.headers.get('x-run-id')}/stop`, { method: 'POST' });
    const next = await start();
    expect(next.status).toBe(200);
    await next.body?.cancel();
  });
});

describe('the memory for event logs', () => {
  it('refuses new runs with 503 while running ones fill it', async () => {
    await using upstream = await startFakeUpstream();
    await using server = await startServer({ ...pointAt(upstream), EVENT_LOG_MB: '1' });
    upstream.script({ text: 'x'.repeat(1_200_000), tokensPerWrite: 5000, end: 'open' });
    const first = await server.call('/api/chat/stream', { body: { message: 'Hi' } });
    // As long as so much takes, where others are at work.
    await expect.poll(() => upstream.stats.tokens, { timeout: 15_000 }).toBe(300_000);
    await expect
      .poll(async () => (await server.call('/api/chat/stream', { body: { message: 'Hi' } })).status)
      .toBe(503);
    await first.body?.cancel();
  });

  it('makes room with ended ones, whose followers are then told that they are gone', async () => {
    await using upstream = await startFakeUpstream();
    await using server = await startServer({ ...pointAt(upstream), EVENT_LOG_MB: '1' });
    upstream.script({ text: 'x'.repeat(800_000), tokensPerWrite: 5000 });
    const ask = () => server.call('/api/chat/stream', { body: { message: 'Hi' } });
    const first = await ask();
    await first.text();
    await (await ask()).text();
    const gone = await server.call(`/api/runs/${first.headers.get('x-run-id')}/events`);
    expect(gone.status).toBe(410);
    expect(await gone.json()).toMatchObject({ code: 'run_expired', retryable: false });
  });
});
