import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { RunState, SequencedEvent, StopResult } from '@sluice/shared';
import { expect, it } from 'vitest';
import { createConversation, readMessages } from './_support/ask-in-conversation.ts';
import { fullCounts, randomFrom } from './_support/counts.ts';
import { type FakeScript, directive } from './_support/fake-upstream-script.ts';
import { prove } from './_support/guarantees/prove.ts';
import { iterateEvents, lastOf, readEvents, textOf } from './_support/start-server.ts';
import { useServer } from './_support/use-server.ts';

const pair = useServer({ MAX_RUNS_PER_USER: '0' });
const total = fullCounts ? 2000 : 100;
/** An answer takes about so long; everything that races it happens within a little more. */
const ANSWER_MS = 30;

it(`a run ends once, whatever races: Stop, leaving, resuming and its own end (× ${total})`, async () => {
  const random = randomFrom('races');
  const reasons: Record<string, number> = {};
  const broken: object[] = [];
  const race = async (plan: Plan) => {
    const run = await begin(plan);
    const followers = plan.followers.map(async ({ comesAfterMs, leavesAfterMs }) => {
      await sleep(comesAfterMs);
      return follow(run.runId, leavesAfterMs);
    });
    const stops = plan.stopsAfterMs.map(async (afterMs) => {
      await sleep(afterMs);
      return stop(run.runId);
    });
    const seen = [...(await Promise.all(followers)), await run.seen];
    const { reason, problems } = await check(run, seen, await Promise.all(stops));
    reasons[reason] = (reasons[reason] ?? 0) + 1;
    if (problems.length > 0) broken.push({ runId: run.runId, reason, problems, plan });
  };
  for (let done = 0; done < total; done += 10) {
    await Promise.all(Array.from({ length: 10 }, () => race(drawPlan(random))));
  }
  if (broken.length > 0) console.log(JSON.stringify(broken.slice(0, 3)));
  prove('ends', { found: broken.length, cases: total, seed: random.seed });
  // Every way to end has been seen.
  expect(Object.keys(reasons).toSorted()).toEqual(['complete', 'disconnected', 'error', 'stopped']);
});

/** Drawn whole before anything happens, so that its seed draws it again. */
interface Plan {
  isCut: boolean;
  onDisconnect: 'abort' | 'grace' | 'finish';
  callerLeavesAfterMs: number | undefined;
  followers: { comesAfterMs: number; leavesAfterMs: number | undefined }[];
  stopsAfterMs: number[];
}

function drawPlan(random: () => number): Plan {
  const soon = () => random() * ANSWER_MS * 1.3;
  const upTo = <Drawn>(most: number, draw: () => Drawn) =>
    Array.from({ length: Math.floor(random() * (most + 1)) }, draw);
  return {
    isCut: random() < 0.2,
    onDisconnect: (['abort', 'grace', 'finish'] as const)[Math.floor(random() * 3)] ?? 'abort',
    callerLeavesAfterMs: random() < 0.5 ? soon() : undefined,
    followers: upTo(3, () => ({ comesAfterMs: soon(), leavesAfterMs: random() < 0.4 ? soon() : undefined })),
    stopsAfterMs: upTo(3, soon),
  };
}

interface BegunRun {
  runId: string;
  conversationId: string;
  /** What its caller saw of it, who may have left. */
  seen: Promise<SequencedEvent[]>;
}

async function begin({ isCut, onDisconnect, callerLeavesAfterMs }: Plan): Promise<BegunRun> {
  const { id: conversationId } = await createConversation(pair.server);
  const script: FakeScript = { tokens: 6, delayMs: ANSWER_MS / 6, ...(isCut && { end: 'fin' }) };
  const graceMs = onDisconnect === 'grace' ? { graceMs: 10 } : {};
  const body = { conversationId, message: directive(script), onDisconnect, ...graceMs };
  const leaving = new AbortController();
  const response = await pair.server.call('/api/chat/stream', { body, signal: leaving.signal });
  expect(response.status).toBe(200);
  if (callerLeavesAfterMs !== undefined) setTimeout(() => leaving.abort(), callerLeavesAfterMs);
  return { runId: response.headers.get('x-run-id') ?? '', conversationId, seen: readUntilLeft(response) };
}

/** @returns what a follower sees of a run from its first event on, until its end or until it leaves */
async function follow(runId: string, leavesAfterMs: number | undefined): Promise<SequencedEvent[]> {
  const leaving = new AbortController();
  const response = await pair.server.call(`/api/runs/${runId}/events`, { signal: leaving.signal });
  if (leavesAfterMs !== undefined) setTimeout(() => leaving.abort(), leavesAfterMs);
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
