import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { createLogger } from '../observability/logger.ts';
import { makeDataDir } from '../storage/data-dir.fixture.ts';
import { openDatabase } from '../storage/open-database.ts';
import { makeConversation, makeMessage, makeUser } from '../storage/rows.fixture.ts';
import { keepDiscarding } from './keep-discarding.ts';

const HOUR_MS = 3_600_000;
const logger = createLogger('silent');

beforeEach(() => vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] }));
afterEach(() => vi.useRealTimers());

async function createRooms() {
  const database = await openDatabase({ dataDir: await makeDataDir() });
  onTestFinished(() => database[Symbol.asyncDispose]());
  const user = makeUser();
  await database.users.insert(user);
  const hide = async () => {
    const { id } = makeConversation(user.id);
    await database.conversations.insert(makeConversation(user.id, { id }));
    await database.messages.insert([makeMessage(id)]);
    await database.conversations.hide(id);
    return id;
  };
  return { database, hide };
}

it('discards what was left hidden at the start, and each hour what has been hidden for one', async () => {
  const { database, hide } = await createRooms();
  await hide();
  vi.setSystemTime(Date.now() + HOUR_MS + 1);
  await using _discarding = await keepDiscarding({ database, logger });
  expect(await database.conversations.listHidden()).toEqual([]);
  vi.advanceTimersByTime(1);
  const early = await hide();
  vi.advanceTimersByTime(HOUR_MS + 1);
  const late = await hide();
  expect(await database.conversations.listHidden()).toContain(early);
  vi.advanceTimersByTime(HOUR_MS - 1);
  await vi.waitFor(async () => expect(await database.conversations.listHidden()).toEqual([late]));
  expect(await database.messages.list({ conversationId: early, after: 0, limit: 10 })).toEqual([]);
});

it('does one thing at a time, and tries again in an hour what has failed', async () => {
  const { database, hide } = await createRooms();
  const id = await hide();
  const answers: PromiseWithResolvers<string[]>[] = [];
  const listHidden = () => {
    const answer = Promise.withResolvers<string[]>();
    if (answers.push(answer) === 1) answer.resolve([]);
    return answer.promise;
  };
  const conversations = { ...database.conversations, listHidden };
  await using _discarding = await keepDiscarding({ database: { ...database, conversations }, logger });
  vi.advanceTimersByTime(3 * HOUR_MS);
  expect(answers).toHaveLength(2);
  answers[1]?.reject(new Error('away'));
  await new Promise((resolve) => setTimeout(resolve, 0));
  vi.advanceTimersByTime(HOUR_MS);
  expect(answers).toHaveLength(3);
  answers[2]?.resolve([id]);
  await vi.waitFor(async () => expect(await database.conversations.listHidden()).toEqual([]));
});
