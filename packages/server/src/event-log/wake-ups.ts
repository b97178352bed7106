import type { RedisLink } from './redis-link.ts';

/** Hints from one process to another to look at a run again. They may be lost: what is to be seen then is in the database. */
export interface WakeUps {
  wake(processId: string, runId: string): void;
  /** Until it is disposed. */
  listen(processId: string, onWake: (runId: string) => void): Promise<AsyncDisposable>;
}

export function createRedisWakeUps(link: Pick<RedisLink, 'send' | 'subscribe'>): WakeUps {
  const channelOf = (processId: string) => `sluice:{process:${processId}}:look`;
  return {
    wake(processId, runId) {
      const channel = channelOf(processId);
      void link.send(channel, 'SPUBLISH', channel, runId).catch(() => {});
    },
    listen: (processId, onWake) => link.subscribe(channelOf(processId), onWake),
  };
}
