import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type SpawnedServer, createToken, spawnServer } from './spawn-server.ts';
import { pointAtUrl } from './start-server.ts';

/** A server in a process of its own, with a data directory of its own, whose model is that upstream; both go with the test. */
export async function spawnOwnServer(
  upstreamUrl: string,
  environment: Record<string, string> = {},
): Promise<SpawnedServer & { token: string }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sluice-own-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const settings = { ...(pointAtUrl(upstreamUrl) as Record<string, string>), DATA_DIR: dataDir };
  const token = await createToken(settings);
  const server = await spawnServer({ ...settings, ...environment }, token);
  onTestFinished(() => server[Symbol.asyncDispose]());
  return { ...server, token };
}
