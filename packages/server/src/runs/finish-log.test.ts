import { type RunEvent, SluiceError, foldEvents } from '@sluice/shared';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FaultyLogStore } from '../event-log/log-store.fixture.ts';
import { SharedEventLog } from '../event-log/shared-event-log.ts';
import { createLogger } from '../observability/logger.ts';
import { makeDataDir } from '../storage/data-dir.fixture.ts';
import { openDatabase } from '../storage/open-database.ts';
import { makeConversation, makeMessage, makeOutcome, makeRun, makeUser } from '../storage/rows.fixture.ts';
import { endOrphans } from './end-orphans.ts';
import { writeEnd } from './end-writer.ts';
import { finishLog } from './finish-log.ts';

const logger = createLogger('silent');
const soon = () => new Promise((resolve) => setTimeout(resolve, 5));
const openLog = (store: FaultyLogStore) =>
  new SharedEventLog({ store, logger, isSurelyAlive: () => true, maxBytes: 1_000_000 });
const text = (value: string): RunEvent => ({ type: 'text-delta', text: value });

/** A run whose process has shown `Hel`, of what is to be `Hello world`. */
async function begin({ isInConversation = true } = {}) {
  const database = await openDatabase({ dataDir: await makeDataDir() });
  onTestFinished(() => database[Symbol.asyncDispose]());
  const user = makeUser();
  const conversation = makeConversation(user.id);
  const message = makeMessage(conversation.id, { role: 'assistant', endReason: null, content: '' });
  const place = isInConversation ? { conversationId: conversation.id, messageId: message.id } : {};
  const run = makeRun(user.id, place);
  await database.users.insert(user);
  await database.conversations.insert(conversation);
  await database.messages.insert([message]);
  await database.runs.insert(run);
  const store = new FaultyLogStore();
  const [own, other] = [openLog(store), openLog(store)];
  const log = own.open(run.id);
  const { model, provider } = run;
  log.append([{ type: 'run-start', runId: run.id, model, provider, createdAt: '' }, text('Hel')]);
  await own.settled();
  const answer = isInConversation
    ? {
        userId: user.id,
        conversationId: conversation.id,
        messageId: message.id,
        text: 'Hello world',
        reasoning: '',
      }
    : null;
  const end = () =>
    writeEnd({ database, logger }, { id: run.id, outcome: makeOutcome({ endedAt: Date.now() }), answer });
  const read = async () => {
    const signal = AbortSignal.timeout(2000);
    const batches = await Array.fromAsync(other.read(run.id, { after: 0, signal }));
    return foldEvents(batches.flat().map(({ json }) => JSON.parse(json) as RunEvent));
  };
  const readStored = () => database.messages.find(message.id, conversation.id);
  return { database, own, other, log, run, end, read, readStored };
}

describe('the log of a run whose process has ended it in the database alone', () => {
  it('is given what the message has and it has not, and its end', async () => {
    const { database, other, run, end, read } = await begin();
    await end();
    for (let time = 0; time < 2; time += 1) await finishLog({ database, sharedLog: other }, run);
    expect(await read()).toMatchObject({ content: 'Hello world', end: { reason: 'complete', saved: true } });
  });

  it('outside of conversations is not told as whole', async () => {
    const { database, other, run, end, read } = await begin({ isInConversation: false });
    await end();
    await finishLog({ database, sharedLog: other }, run);
    expect(await read()).toMatchObject({
      content: 'Hel',
      error: { code: 'interrupted' },
      end: { reason: 'interrupted' },
    });
  });

  it('is left alone while the run goes on, and when it has ended', async () => {
    const { database, own, other, log, run, end, read } = await begin();
    await finishLog({ database, sharedLog: other }, run);
    log.append([text('lo world')]);
    await end();
    const { usage, cost } = makeOutcome();
    const timing = { firstTokenMs: 1, totalMs: 2 };
    log.append([{ type: 'run-end', done: true, reason: 'complete', usage, cost, saved: true, timing }]);
    await own.settled();
    await finishLog({ database, sharedLog: other }, run);
    expect(await read()).toMatchObject({ content: 'Hello world', end: { reason: 'complete', timing } });
  });
});

describe('an orphan', () => {
  it('keeps what its checkpoints have beyond its log, and its followers are given it', async () => {
    const { database, other, run, read, readStored } = await begin();
    await database.checkpoints.insert([{ runId: run.id, seq: 1, text: 'Hello wor', reasoning: '' }]);
    await endOrphans({ priceOf: () => null, database, sharedLog: other, logger });
    expect(await readStored()).toMatchObject({ content: 'Hello wor', endReason: 'interrupted' });
    expect(await read()).toMatchObject({ content: 'Hello wor', end: { reason: 'interrupted' } });
  });

  it('keeps what its log has beyond its checkpoints', async () => {
    const { database, other, run, read, readStored } = await begin();
    await database.checkpoints.insert([{ runId: run.id, seq: 1, text: 'H', reasoning: '' }]);
    await endOrphans({ priceOf: () => null, database, sharedLog: other, logger });
    expect(await readStored()).toMatchObject({ content: 'Hel', endReason: 'interrupted' });
    expect(await read()).toMatchObject({ content: 'Hel', end: { reason: 'interrupted' } });
  });

  it('ends as its followers were told', async () => {
    const { database, own, other, log, run, readStored } = await begin();
    const { usage, cost } = makeOutcome();
    const timing = { firstTokenMs: 1, totalMs: 2 };
    const told: RunEvent = {
      type: 'run-end',
      done: true,
      reason: 'length',
      usage,
      cost,
      saved: false,
      timing,
    };
    log.append([text('lo'), told]);
    await own.settled();
    await endOrphans({ priceOf: () => null, database, sharedLog: other, logger });
    const row = await database.runs.find(run.id, run.userId);
    expect(row).toMatchObject({ result: { reason: 'length', usage, errorCode: null }, timing });
    expect(await readStored()).toMatchObject({ content: 'Hello', endReason: 'length' });
  });

  it('is ended from its checkpoints while the log is out of reach', async () => {
    const { database, run, readStored } = await begin();
    const store = new FaultyLogStore();
    store.isAvailable = false;
    await database.checkpoints.insert([{ runId: run.id, seq: 1, text: 'Hell', reasoning: '' }]);
    await endOrphans({ priceOf: () => null, database, sharedLog: openLog(store), logger });
    expect(await readStored()).toMatchObject({ content: 'Hell', endReason: 'interrupted' });
  });
});

it('a log that was dropped takes nothing more, and its process forgets it', async () => {
  const { own, other, log, run } = await begin();
  own.onLost((runId) => own.abandon(runId, new SluiceError('interrupted')));
  await other.drop(run.id);
  log.append([text('lo')]);
  await soon();
  expect(await other.position(run.id)).toBeUndefined();
  expect(own.isHeld(run.id)).toBe(false);
});
