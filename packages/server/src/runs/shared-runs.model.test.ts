import { type RunEvent, SluiceError, foldEvents } from '@sluice/shared';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { fullCounts } from '../../test/_support/counts.ts';
import { prove } from '../../test/_support/guarantees/prove.ts';
import { FaultyLogStore } from '../event-log/log-store.fixture.ts';
import { SharedEventLog } from '../event-log/shared-event-log.ts';
import { createLogger } from '../observability/logger.ts';
import { makeDataDir } from '../storage/data-dir.fixture.ts';
import type { Database } from '../storage/database.ts';
import { openDatabase } from '../storage/open-database.ts';
import { makeConversation, makeMessage, makeOutcome, makeRun, makeUser } from '../storage/rows.fixture.ts';
import { endOrphans } from './end-orphans.ts';
import { writeEnd } from './end-writer.ts';
import { finishLog } from './finish-log.ts';

// One run in the process that owns it, another process, a log store that fails in every way, and a client that reads now here, now
// there. Whatever happens, the client is given each event once, its fold is the stored message, and the run ends once.

const logger = createLogger('silent');
const turn = () => new Promise((resolve) => setImmediate(resolve));

type Step =
  | { do: 'write' | 'settle' | 'end' | 'crash' | 'bury' | 'lose an answer' | 'lose redis' | 'find redis' }
  | { do: 'read'; where: 'own' | 'other'; events: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Step>({ do: 'write' }) },
  { weight: 4, arbitrary: fc.constant<Step>({ do: 'settle' }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      where: fc.constantFrom('own' as const, 'other' as const),
      events: fc.integer({ min: 1, max: 8 }),
    }),
  },
  fc
    .constantFrom<Step['do']>('end', 'crash', 'bury', 'lose an answer', 'lose redis', 'find redis')
    .map((name) => ({ do: name }) as Step),
);

class World {
  readonly store = new FaultyLogStore();
  readonly own = this.#createLog(() => !this.#isBuried);
  readonly other = this.#createLog(() => true);
  readonly run: ReturnType<typeof makeRun>;
  readonly seen: RunEvent[] = [];
  readonly #database: Database;
  readonly #log;
  readonly #written: string[] = [];
  /** It knows only that its lease has not been renewed for long. */
  #isBuried = false;
  /** The owner's own view. */
  #state: 'running' | 'ended' | 'dead' = 'running';

  constructor(database: Database, run: ReturnType<typeof makeRun>) {
    this.#database = database;
    this.run = run;
    this.#log = this.own.open(run.id);
    this.own.onLost(() => this.#loseRun());
    const start = { runId: run.id, model: run.model, provider: run.provider, createdAt: '' };
    this.#log.append([{ type: 'run-start', ...start }]);
  }

  async take(next: Step): Promise<void> {
    switch (next.do) {
      case 'write': {
        if (this.#state !== 'running') return;
        const text = ` t${this.#written.length}`;
        this.#written.push(text);
        this.#log.append([{ type: 'text-delta', text }]);
        return;
      }
      case 'settle':
        return void (await turn());
      case 'read':
        return this.#read(this[next.where], next.events);
      case 'end':
        return this.#end();
      case 'crash':
        if (this.#state === 'running' && (await this.#isShared())) this.#loseRun();
        return;
      case 'bury':
        if (await this.#isShared()) await this.#bury();
        return;
      case 'lose an answer':
        this.store.losesAnswers += 1;
        return;
      case 'lose redis':
        this.store.isAvailable = false;
        return;
      case 'find redis':
        this.store.isAvailable = true;
        return;
    }
  }

  /** Everything is well again, and each does what it has to. */
  async settle(): Promise<void> {
    this.store.losesAnswers = 0;
    this.store.isAvailable = false;
    this.store.isAvailable = true;
    await turn();
    await this.own.settled();
    if (this.#state === 'running') await this.#end();
    await this.own.settled();
    await this.#bury();
    await finishLog({ database: this.#database, sharedLog: this.other }, this.run);
    await this.#read(this.other, Infinity);
  }

  #createLog(isSurelyAlive: () => boolean): SharedEventLog {
    return new SharedEventLog({ store: this.store, logger, isSurelyAlive, maxBytes: 10_000_000 });
  }

  /** What was shown in a process while Redis was lost is lost with that process. */
  async #isShared(): Promise<boolean> {
    if (!this.store.isAvailable || this.store.losesAnswers > 0) return false;
    await turn();
    const [shown, stored] = await Promise.all([
      this.own.position(this.run.id),
      this.store.position(this.run.id),
    ]);
    return (shown?.lastSeq ?? 0) <= (stored?.lastSeq ?? 0);
  }

  /** The database takes the owner for dead, which may not know of it. */
  async #bury(): Promise<void> {
    this.#isBuried = true;
    await endOrphans({ priceOf: () => null, database: this.#database, sharedLog: this.other, logger });
  }

  async #end(): Promise<void> {
    if (this.#state !== 'running') return;
    this.#state = 'ended';
    const { conversationId, messageId, id, userId } = this.run;
    if (conversationId === null || messageId === null) throw new Error('a run outside of conversations');
    const outcome = makeOutcome({ endedAt: Date.now() });
    const answer = { userId, conversationId, messageId, text: this.#written.join(''), reasoning: '' };
    if (!(await writeEnd({ database: this.#database, logger }, { id, outcome, answer }))) {
      this.#loseRun();
      return;
    }
    const { usage, cost, firstTokenMs, totalMs } = outcome;
    const timing = { firstTokenMs, totalMs: totalMs ?? 0 };
    this.#log.append([{ type: 'run-end', done: true, reason: 'complete', usage, cost, saved: true, timing }]);
  }

  #loseRun(): void {
    this.#state = 'dead';
    this.own.abandon(this.run.id, new SluiceError('interrupted'));
  }

  async #read(log: SharedEventLog, events: number): Promise<void> {
    const leaving = new AbortController();
    const impatience = setTimeout(() => leaving.abort(), events === Infinity ? 2000 : 1);
    try {
      let left = events;
      for await (const batch of log.read(this.run.id, { after: this.seen.length, signal: leaving.signal })) {
        for (const { seq, json } of batch) {
          expect(seq).toBe(this.seen.length + 1);
          this.seen.push(JSON.parse(json));
          left -= 1;
        }
        if (left <= 0) break;
      }
    } catch (error) {
      // A cut: it comes back.
      if (!(error instanceof SluiceError)) throw error;
      expect(['unavailable', 'interrupted']).toContain(error.code);
    } finally {
      clearTimeout(impatience);
    }
  }
}

it('gives a client each event once, and what is stored, whatever happens', { timeout: 120_000 }, async () => {
  const database = await openDatabase({ dataDir: await makeDataDir() });
  onTestFinished(() => database[Symbol.asyncDispose]());
  const user = makeUser();
  await database.users.insert(user);
  const conversation = makeConversation(user.id);
  await database.conversations.insert(conversation);
  const reasons = new Map<string, number>();
  const outcome = await fc.check(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const message = makeMessage(conversation.id, { role: 'assistant', endReason: null, content: '' });
      const run = makeRun(user.id, { conversationId: conversation.id, messageId: message.id });
      await database.messages.insert([message]);
      await database.runs.insert(run);
      const world = new World(database, run);
      for (const next of steps) await world.take(next);
      await world.settle();
      const answer = foldEvents(world.seen);
      const stored = await database.messages.find(message.id, conversation.id);
      const row = await database.runs.find(run.id, user.id);
      expect(stored).toMatchObject({ content: answer.content, endReason: answer.end?.reason });
      expect(row?.result?.reason).toBe(answer.end?.reason);
      expect(world.seen.filter(({ type }) => type === 'run-end')).toHaveLength(1);
      expect(world.seen.at(-1)?.type).toBe('run-end');
      const reason = answer.end?.reason ?? '';
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }),
    { numRuns: fullCounts ? 5000 : 300 },
  );
  if (outcome.failed) console.log(await fc.asyncDefaultReportMessage(outcome));
  const { failed, numRuns, seed } = outcome;
  prove('ends-model', { found: failed ? 1 : 0, cases: numRuns, seed });
  // It has seen both ways to end.
  expect([...reasons.keys()].toSorted()).toEqual(['complete', 'interrupted']);
});
