import { expect, it } from 'vitest';
import { serveMetrics } from './serve-metrics.ts';

const at = { host: '127.0.0.1', port: 0 };

it('answers GET /metrics and nothing else', async () => {
  await using listener = await serveMetrics({ contentType: 'text/plain', render: async () => 'a 1\n' }, at);
  const answer = await fetch(listener.url);
  expect([answer.status, await answer.text()]).toEqual([200, 'a 1\n']);
  expect((await fetch(listener.url, { method: 'POST' })).status).toBe(404);
  expect((await fetch(new URL('/', listener.url))).status).toBe(404);
});

it('says which variable is to change when the port is taken', async () => {
  const page = { contentType: 'text/plain', render: async () => '' };
  await using listener = await serveMetrics(page, at);
  const port = Number(new URL(listener.url).port);
  await expect(serveMetrics(page, { ...at, port })).rejects.toThrow('METRICS_PORT');
});
