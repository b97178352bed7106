import { expect, it } from 'vitest';
import { startRedisCluster } from './_support/start-redis-cluster.ts';
import { readEvents, textOf } from './_support/start-server.ts';
import { useReplicas } from './_support/use-replicas.ts';

const pair = useReplicas({}, startRedisCluster);
const tokens = 100;
const whole = Array.from({ length: tokens }, (_, index) => ` t${index}`).join('');

it('two servers share a Redis Cluster, whichever node has a run', async () => {
  pair.upstream.script({ tokens, delayMs: 10 });
  const [first, second] = pair.servers;
  const askAndFollow = async () => {
    const response = await first.call('/api/chat/stream', { body: { message: 'Hi' } });
    const runId = response.headers.get('x-run-id');
    const elsewhere = await second.call(`/api/runs/${runId}/events`);
    const [own, followed] = await Promise.all([readEvents(response), readEvents(elsewhere)]);
    expect(textOf(own)).toBe(whole);
    expect(followed).toEqual(own);
  };
  // So many that each of three nodes has some.
  await Promise.all(Array.from({ length: 24 }, askAndFollow));
  expect((await (await second.call('/readyz')).text()).trim()).toBe('ready');
});
