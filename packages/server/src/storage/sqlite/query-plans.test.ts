import { Kysely } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Stores, createStores } from '../database.ts';
import { migrate } from '../migrate.ts';
import { makeConversation, makeMessage, makeUser, someTime } from '../rows.fixture.ts';
import type { Schema } from '../schema.ts';
import { type SqliteConnection, openSqliteConnection } from './sqlite-connection.ts';
import { createSqliteDialect } from './sqlite-dialect.ts';

const after = { isPinned: false, updatedAt: someTime, id: 'x', createdAt: someTime };
const counter = { id: 'x', period: 'day', start: 0 } as const;
const page = { userId: 'u', limit: 50 };

/** All that reads or deletes more than one row, in words of its own choice. */
const lists: Record<string, (stores: Stores) => Promise<unknown>> = {
  'the first page of conversations': ({ conversations }) =>
    conversations.list({ ...page, isArchived: false }),
  'the next page of conversations': ({ conversations }) =>
    conversations.list({ ...page, isArchived: true, after }),
  'some conversations': ({ conversations }) => conversations.findMany(['a', 'b'], 'u'),
  'the hidden conversations': ({ conversations }) => conversations.listHidden(),
  'a page of messages': ({ messages }) => messages.list({ conversationId: 'c', after: 0, limit: 50 }),
  'the newest message': ({ messages }) => messages.findNewest('c'),
  'some messages': ({ messages }) => messages.findMany(['a', 'b']),
  'some images': ({ images }) => images.find(['a', 'b']),
  'an image of a conversation': ({ images }) => images.findInConversation('a', 'c'),
  'shares of a conversation': ({ shares }) => shares.list('c'),
  'some runs': ({ runs }) => runs.findMany(['a', 'b']),
  'a run by its key': ({ runs }) => runs.findByKey('u', 'k'),
  'the newest run of a chat': ({ runs }) => runs.findNewestInChat('u', 'c'),
  "a user's running runs": ({ runs }) => runs.listRunning('u'),
  'the runs of dead processes': ({ runs }) => runs.listOrphaned(),
  'the runs that are to stop': ({ runs }) => runs.listStopRequested('p'),
  "a conversation's recent runs": ({ runs }) => runs.listRecentIn('c', 1),
  'the checkpoints of a run': ({ checkpoints }) => checkpoints.read('r'),
  'search hits': ({ search }) => search.find({ userId: 'u', words: ['a', 'b'], before: 9, limit: 100 }),
  'search hits of the archive': ({ search }) =>
    search.find({ userId: 'u', words: ['a', 'b'], isArchived: true, before: 9, limit: 100 }),
  'the first page of users': ({ users }) => users.list({ limit: 50 }),
  'the next page of users': ({ users }) => users.list({ limit: 50, after }),
  'identities of users': ({ identities }) => identities.listOf(['a', 'b']),
  'tokens of a user': ({ apiTokens }) => apiTokens.list('u'),
  'sessions of a user': ({ sessions }) => sessions.listOpen('u', someTime),
  'sessions that are over': ({ sessions }) => sessions.deleteOver({ endedBefore: 1, expiredBefore: 1 }),
  'tokens that have expired': ({ refreshTokens }) => refreshTokens.deleteExpired(1),
  'attempts at an account': ({ loginFailures }) => loginFailures.clearAll('aa.'),
  'attempts of long ago': ({ loginFailures }) => loginFailures.deleteOld(1),
  'usage of a user': ({ usage }) => usage.sum({ from: 0, to: 9, groupBy: 'day', userId: 'u' }),
  'counters of a run': ({ budgets }) =>
    budgets.lockCounters([
      { ...counter, kind: 'user' },
      { ...counter, kind: 'model' },
    ]),
  'a change of counters': ({ budgets }) =>
    budgets.addToCounters([{ ...counter, kind: 'user' }], {
      requests: 1,
      tokens: 1,
      microUsd: 1,
      heldTokens: 1,
      heldMicroUsd: 1,
    }),
  'usage of a new counter of a user': ({ budgets }) =>
    budgets.makeCounter({ ...counter, kind: 'user', end: 9 }),
  'usage of a new counter of a token': ({ budgets }) =>
    budgets.makeCounter({ ...counter, kind: 'token', end: 9 }),
  'usage of a new counter of a model': ({ budgets }) =>
    budgets.makeCounter({ ...counter, kind: 'model', end: 9 }),
  'counters of long ago': ({ budgets }) => budgets.deleteOldCounters(1),
  'usage of a user by day and model': ({ usage }) =>
    usage.sum({ from: 0, to: 9, groupBy: 'day,model', userId: 'u' }),
  'usage: first tokens of a user': ({ usage }) =>
    usage.readFirstTokens({ from: 0, to: 9, groupBy: 'day,model', userId: 'u' }),
  'usage: first tokens of all': ({ usage }) => usage.readFirstTokens({ from: 0, to: 9, groupBy: 'token' }),
  'usage of all': ({ usage }) => usage.sum({ from: 0, to: 9, groupBy: 'model' }),
};

/** Few rows by their nature, or sums: these may be sorted. */
const sorted = new Set([
  'counters of a run',
  'shares of a conversation',
  'tokens of a user',
  'sessions of a user',
]);

/** The whole of an index that holds few rows alone, and the beginning of one, up to the limit. */
const allowed = [
  'SCAN runs USING INDEX runs_running_user_id',
  'SCAN users USING INDEX users_created_at',
  'SCAN conversations USING INDEX conversations_hidden',
  'SCAN conversations USING COVERING INDEX conversations_hidden',
];

/** What a query within the query has found by an index, gone through again. */
const ofFound = /^SCAN (\(subquery-\d+\)|ranked)$/;

describe('on SQLite', () => {
  let stores: Stores;
  let sqlite: SqliteConnection;
  const asked: string[] = [];

  beforeAll(async () => {
    sqlite = await openSqliteConnection({ path: ':memory:', setup: [], busyTimeoutMs: 0 });
    const recording: SqliteConnection = {
      ...sqlite,
      query: (sql, parameters) => {
        asked.push(sql);
        return sqlite.query(sql, parameters);
      },
    };
    const db = new Kysely<Schema>({ dialect: createSqliteDialect(recording) });
    await migrate(db, { kind: 'sqlite' });
    stores = createStores({ db, reader: db, kind: 'sqlite' });
    return () => sqlite[Symbol.asyncDispose]();
  });

  async function explain(list: (stores: Stores) => Promise<unknown>): Promise<string[]> {
    asked.length = 0;
    await list(stores);
    expect(asked).not.toEqual([]);
    const steps: string[] = [];
    for (const sql of asked) {
      const { rows } = await sqlite.query(`explain query plan ${sql}`);
      steps.push(...rows.map(({ detail }) => String(detail)));
    }
    return steps;
  }

  it.each(Object.entries(lists))('%s are found by an index, in order', async (name, list) => {
    const steps = await explain(list);
    const scans = steps.filter((step) => step.startsWith('SCAN') && !step.includes('VIRTUAL TABLE INDEX'));
    expect(scans.filter((scan) => !allowed.includes(scan) && !ofFound.test(scan))).toEqual([]);
    const isSum = name.startsWith('usage') || sorted.has(name);
    expect(isSum ? [] : steps.filter((step) => step.includes('TEMP B-TREE'))).toEqual([]);
  });

  it('a path is read by ids, and only it is sorted', async () => {
    const user = makeUser();
    const conversation = makeConversation(user.id);
    const message = makeMessage(conversation.id);
    await stores.users.insert(user);
    await stores.conversations.insert(conversation);
    await stores.messages.insert([message]);
    const steps = await explain(({ messages }) => messages.findPath(message.id, conversation.id));
    const scans = steps.filter((step) => step.startsWith('SCAN') && step !== 'SCAN path');
    expect(scans).toEqual([]);
    expect(
      steps.filter((step) => step.startsWith('SEARCH messages USING INDEX messages_conversation')),
    ).toEqual([]);
    expect(asked).toHaveLength(2);
  });
});
