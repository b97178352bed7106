import {
  type Answer,
  type ChatRequest,
  type Connection,
  type RunEvent,
  foldEvents,
  streamRun,
} from '@sluice/shared';
import { type FakeScript, directive } from '../../packages/server/test/_support/fake-upstream-script.ts';

/** One answer that is read as the page and other clients read it: whoever breaks the connection, it comes back. */
export interface BegunStream {
  /** As they came. */
  readonly events: readonly RunEvent[];
  /** How often the connection was there again. */
  readonly resumed: number;
  /** Waits for a number of events. */
  until(count: number): Promise<void>;
  /** The answer, when the stream has ended. */
  readonly ended: Promise<Answer>;
}

/** Asks for what the fake upstream is to say. */
export function beginStream(
  connection: Connection,
  script: FakeScript,
  request: Partial<ChatRequest> = {},
): BegunStream {
  const events: RunEvent[] = [];
  let resumed = 0;
  let look = () => undefined as void;
  const read = async () => {
    const run = streamRun({
      ...connection,
      request: { message: directive(script), ...request },
      onConnection: ({ type }) => (resumed += type === 'resumed' ? 1 : 0),
    });
    for await (const event of run) {
      events.push(event);
      look();
    }
    return foldEvents(events);
  };
  const ended = read();
  return {
    events,
    get resumed() {
      return resumed;
    },
    ended,
    until: (count) => {
      const enough = new Promise<void>((resolve) => {
        look = () => events.length >= count && resolve();
        look();
      });
      // One that fails before says why.
      return Promise.race([enough, ended.then(() => undefined)]);
    },
  };
}
