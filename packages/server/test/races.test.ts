import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { RunState, SequencedEvent, StopResult } from '@sluice/shared';
import { expect, it } from 'vitest';
import { createConversation, readMessages } from './_support/ask-in-conversation.ts';
import { fullCounts, randomFrom } from './_support/counts.ts';
import type { FakeScript } from './_support/fake-upstream-script.ts';
import { directive } from './_support/fake-upstream-script.ts';
import { prove } from './_support/guarantees/prove.ts';
import { iterateEvents, lastOf, readEvents, textOf } from './_support/start-server.ts';
import { useServer } from './_support/use-server.ts';

const pair = useServer({ MAX_RUNS_PER_USER: '0' });
const total = fullCounts ? 2000 : 100;
/** An answer takes about so long; everything that races it happens within a little more. */
const ANSWER_MS = 30;

it(
  `a run ends once, whatever races: Stop, leaving, resuming and its own end (× ${total})`,
  { timeout: 600_000 },
  async () => {
    const random = randomFrom('races');
    const reasons: Record<string, number> = {};
    const broken: object[] = [];
    const soon = () => sleep(random() * ANSWER_MS * 1.3);
    const race = async () => {
      const run = await begin(random);
      const followers = times(random, 3, async () => {
        await soon();
        return follow(run.runId, random() < 0.4 ? soon() : undefined);
      });
      const stops = times(random, 3, async () => {
        await soon();
        return stop(run.runId);
      });
      const seen = [...(await Promise.all(followers)), await run.seen];
      const stopped = await Promise.all(stops);
      const { reason, problems } = await check(run, seen, stopped);
      reasons[reason] = (reasons[reason] ?? 0) + 1;
      if (problems.length > 0) broken.push({ runId: run.runId, reason, problems });
    };
    for (let done = 0; done < total; done += 10) await Promise.all(Array.from({ length: 10 }, race));
    if (broken.length > 0) console.log(JSON.stringify(broken.slice(0, 3)));
    prove('ends', { found: broken.length, cases: total, seed: random.seed });
    // Every way to end has been seen.
    expect(Object.keys(reasons).toSorted()).toEqual(['complete', 'disconnected', 'error', 'stopped']);
  },
);

interface BegunRun {
  runId: string;
  conversationId: string;
  /** What its caller saw of it, who may have left. */
  seen: Promise<SequencedEvent[]>;
}

async function begin(random: () => number): Promise<BegunRun> {
  const { id: conversationId } = await createConversation(pair.server);
  const script: FakeScript = { tokens: 6, delayMs: ANSWER_MS / 6 };
  if (random() < 0.2) script.end = 'fin';
  const onDisconnect = ['abort', 'grace', 'finish'][Math.floor(random() * 3)];
  const body = {
    conversationId,
    message: directive(script),
    onDisconnect,
    ...(onDisconnect === 'grace' && { graceMs: 10 }),
  };
  const leaving = new AbortController();
  const response = await pair.server.call('/api/chat/stream', { body, signal: leaving.signal });
  expect(response.status).toBe(200);
  if (random() < 0.5) setTimeout(() => leaving.abort(), random() * ANSWER_MS);
  return { runId: response.headers.get('x-run-id') ?? '', conversationId, seen: readUntilLeft(response) };
}

function times<Result>(random: () => number, most: number, make: () => Promise<Result>): Promise<Result>[] {
  return Array.from({ length: Math.floor(random() * (most + 1)) }, make);
}

/** @returns what a follower sees of a run from its first event on, until its end or until it leaves */
async function follow(runId: string, left?: Promise<unknown>): Promise<SequencedEvent[]> {
  const leaving = new AbortController();
  const response = await pair.server.call(`/api/runs/${runId}/events`, { signal: leaving.signal });
  void left?.then(() => leaving.abort());
  return readUntilLeft(response);
}

async function readUntilLeft(response: Response): Promise<SequencedEvent[]> {
  const events: SequencedEvent[] = [];
  try {
    for await (const event of iterateEvents(response)) events.push(event);
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
  }
  return events;
}

async function stop(runId: string): Promise<StopResult> {
  const response = await pair.server.call(`/api/runs/${runId}/stop`, { method: 'POST' });
  expect(response.status).toBe(200);
  return (await response.json()) as StopResult;
}

/** Compares what all have seen with the log, the ledger and the conversation. */
async function check(
  { runId, conversationId }: BegunRun,
  seen: readonly SequencedEvent[][],
  stopped: readonly StopResult[],
): Promise<{ reason: string; problems: string[] }> {
  const log = await readEvents(await pair.server.call(`/api/runs/${runId}/events`));
  const reason = lastOf(log, 'run-end')?.reason ?? 'none';
  const { state } = (await (await pair.server.call(`/api/runs/${runId}`)).json()) as RunState;
  const answers = (await readMessages(pair.server, conversationId)).filter(
    ({ role }) => role === 'assistant',
  );
  const facts: Record<string, boolean> = {
    'one end in the log, and it is last':
      log.filter(({ event }) => event.type === 'run-end').length === 1 &&
      log.at(-1)?.event.type === 'run-end',
    'no gap in the log': log.every(({ seq }, index) => seq === index + 1),
    'all saw the beginning of the log, or all of it': seen.every((events) =>
      isDeepStrictEqual(events, log.slice(0, events.length)),
    ),
    'the ledger agrees': state === reason,
    'who pressed Stop was told how it ended': stopped.every((result) => result.state === reason),
    'the conversation has the answer once, as it was seen':
      answers.length === 1 && answers[0]?.reason === reason && answers[0].content === textOf(log),
  };
  return { reason, problems: Object.keys(facts).filter((fact) => facts[fact] === false) };
}
