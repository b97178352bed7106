import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from './_support/free-port.ts';
import { prove } from './_support/guarantees/prove.ts';
import { type SpawnedServer, spawnServer } from './_support/spawn-server.ts';
import { hasNginx, startNginx } from './_support/start-nginx.ts';
import { SteadyLoad } from './_support/steady-load.ts';
import { useReplicas } from './_support/use-replicas.ts';

const PER_SECOND = 50;
const DRAIN_MS = 10_000;
const pair = useReplicas();

/** A server as `npm start` runs it, at a port that it keeps over restarts. */
async function makeReplica() {
  const dataDir = await mkdtemp(join(tmpdir(), 'sluice-rolling-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const port = await freePort();
  const start = () =>
    spawnServer(
      { ...pair.environment, DATA_DIR: dataDir, PORT: String(port), DRAIN_MS: String(DRAIN_MS) },
      pair.servers[0].token,
    );
  return { url: `http://127.0.0.1:${port}`, start };
}

it.skipIf(!hasNginx)(
  'no request of streamRun() fails while two servers behind nginx restart one after the other',
  async () => {
    const replicas = [await makeReplica(), await makeReplica()];
    const running = new Map<(typeof replicas)[number], SpawnedServer>();
    onTestFinished(async () => {
      for (const server of running.values()) await server[Symbol.asyncDispose]();
    });
    for (const replica of replicas) running.set(replica, await replica.start());
    await using nginx = await startNginx(...replicas.map(({ url }) => url));
    using load = new SteadyLoad({ baseUrl: nginx.url, token: pair.servers[0].token }, PER_SECOND);
    for (const replica of [...replicas, ...replicas]) {
      await sleep(3000);
      const server = running.get(replica);
      const signalledAt = performance.now();
      server?.process.child.kill('SIGTERM');
      expect(await server?.process.exit()).toBe(0);
      expect(performance.now() - signalledAt).toBeLessThan(DRAIN_MS + 5000);
      running.set(replica, await replica.start());
    }
    await sleep(3000);
    const total = await load.end();
    if (load.problems.length > 0) console.log(load.problems.slice(0, 5), load.answers);
    prove('deploys', { found: load.problems.length, cases: total });
    // A request that was sent again made no second call.
    expect(pair.upstream.stats.requests).toBe(total);
  },
  180_000,
);
