import { onTestFinished } from 'vitest';
import type { FakeStats } from './fake-upstream.ts';
import { spawnProcess } from './spawn-process.ts';

export interface SpawnedUpstream {
  url: string;
  readStats(): Promise<FakeStats>;
}

/** The fake upstream in a process of its own, which ends with the test: what it does is not in the server's time, nor the test's. */
export async function spawnUpstream(): Promise<SpawnedUpstream> {
  const upstream = spawnProcess(process.execPath, ['packages/server/test/_support/fake-upstream.ts']);
  onTestFinished(() => upstream[Symbol.asyncDispose]());
  const [, url = ''] = await upstream.sees(/"url":"([^"]+)"/);
  return { url, readStats: async () => (await (await fetch(`${url}/stats`)).json()) as FakeStats };
}
