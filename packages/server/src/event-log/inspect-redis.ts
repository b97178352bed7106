import { connectRedis } from './redis-connection.ts';

/** What a Redis says of itself. */
export interface RedisState {
  version: string;
  /** Undefined where it does not tell. */
  policy: string | undefined;
  usedBytes: number;
  /** 0: as much as the machine has. */
  maxBytes: number;
  /** Epoch ms, by its own clock. */
  now: number;
}

const PATIENCE_MS = 3000;

/** @throws when it cannot be reached, or answers with an error */
export async function inspectRedis(url: string): Promise<RedisState> {
  const connection = await connectRedis({ url, timeoutMs: PATIENCE_MS, onLost: () => undefined });
  const deadline = setTimeout(() => connection.destroy(), PATIENCE_MS);
  try {
    const ask = (...command: string[]) => connection.send('sluice:probe', command);
    const fields = readInfo(`${String(await ask('INFO', 'server'))}\n${String(await ask('INFO', 'memory'))}`);
    const [seconds = 0, micros = 0] = ((await ask('TIME')) as unknown[]).map(Number);
    return {
      version: fields.get('redis_version') ?? '?',
      policy: fields.get('maxmemory_policy'),
      usedBytes: Number(fields.get('used_memory')),
      maxBytes: Number(fields.get('maxmemory') ?? 0),
      now: seconds * 1000 + micros / 1000,
    };
  } finally {
    clearTimeout(deadline);
    connection.destroy();
  }
}

function readInfo(text: string): ReadonlyMap<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => line.includes(':'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}
