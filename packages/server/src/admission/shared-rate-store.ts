import { RedisStore, type RedisReply } from 'rate-limit-redis';
import type { RedisCommands } from './redis-commands.ts';

/**
 * Counts of one rate limit that many processes share. Fails with `unavailable` while Redis is away.
 * The package would load its scripts when it is made, and never again if Redis was away then. Here a script is called by its whole
 * text: nothing is loaded, and the connection sees to it that Redis has it, also one that was started again.
 */
export class SharedRateStore extends RedisStore {
  /** @param name of the limit: none has another's counts */
  constructor(name: string, redis: Pick<RedisCommands, 'run' | 'send'>) {
    const answer = async (...[command, ...args]: string[]): Promise<unknown> => {
      const [source = '', keyCount, ...rest] = args;
      if (command === 'SCRIPT') return args[1];
      if (command !== 'EVALSHA') return redis.send(args[0] ?? '', command ?? '', ...args);
      return redis.run(source, { keys: rest.slice(0, Number(keyCount)), args: rest.slice(Number(keyCount)) });
    };
    super({
      prefix: `sluice:rate:${name}:`,
      sendCommand: (...command) => answer(...command) as Promise<RedisReply>,
    });
  }
}
