import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageList, StoredMessage } from '@sluice/shared';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../src/storage/open-database.ts';
import { fullCounts, randomFrom } from './_support/counts.ts';
import { startFakeUpstream } from './_support/fake-upstream.ts';
import { prove } from './_support/guarantees/prove.ts';
import { longConversation } from './_support/long-conversation.ts';
import { type SpawnedServer, createToken, spawnServer } from './_support/spawn-server.ts';
import { createDatabase, hasPostgres, startPostgres } from './_support/start-postgres.ts';
import { iterateEvents, pointAt } from './_support/start-server.ts';

const CHATS = 12;
const TOKENS = 30;
const whole = Array.from({ length: TOKENS }, (_, index) => ` t${index}`).join('');

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sluice-crash-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** What a server has told a client of one prompt before it died. */
interface Acknowledged {
  conversationId: string;
  runId: string;
  userMessageId: string;
  messageId: string;
  isSaved: boolean;
}

/** Chats in a conversation until the server is gone. */
async function chat(server: SpawnedServer, acknowledged: Acknowledged[]): Promise<void> {
  try {
    const created = await server.call('/api/conversations', {});
    // One that is still busy with its start refuses.
    if (!created.ok) return await chat(server, acknowledged);
    const { id: conversationId } = (await created.json()) as { id: string };
    for (;;) {
      const response = await server.call('/api/chat/stream', { conversationId, message: 'Count!' });
      let told: Acknowledged | undefined;
      for await (const { event } of iterateEvents(response)) {
        if (event.type === 'run-start') {
          const { runId, userMessageId = '', messageId = '' } = event;
          told = { conversationId, runId, userMessageId, messageId, isSaved: false };
          acknowledged.push(told);
        }
        if (event.type === 'run-end' && told !== undefined) told.isSaved = event.saved;
      }
    }
  } catch (error) {
    // A connection that broke: what had been said by then counts.
    if (!(error instanceof TypeError)) throw error;
  }
}

async function readMessages(
  server: SpawnedServer,
  conversationId: string,
): Promise<Map<string, StoredMessage>> {
  const response = await server.call(`/api/conversations/${conversationId}/messages`);
  expect(response.status).toBe(200);
  const { messages } = (await response.json()) as MessageList;
  return new Map(messages.map((message) => [message.id, message]));
}

/** @returns what of it is not there, or not as it was */
async function findLost(
  server: SpawnedServer,
  acknowledged: readonly Acknowledged[],
): Promise<Acknowledged[]> {
  const trees = new Map<string, Map<string, StoredMessage>>();
  for (const { conversationId } of acknowledged) {
    if (!trees.has(conversationId)) trees.set(conversationId, await readMessages(server, conversationId));
  }
  return acknowledged.filter(({ conversationId, userMessageId, messageId, isSaved }) => {
    const prompt = trees.get(conversationId)?.get(userMessageId);
    const answer = trees.get(conversationId)?.get(messageId);
    if (prompt?.content !== 'Count!' || answer?.parentId !== userMessageId) return true;
    if (answer.reason === 'complete') return answer.content !== whole;
    // It may have ended without anybody having been told.
    const { content } = answer;
    return (
      isSaved || answer.reason !== 'interrupted' || typeof content !== 'string' || !whole.startsWith(content)
    );
  });
}

type Query = (sql: string) => Promise<Record<string, unknown>[]>;

/** The database as it is, beside the server that uses it. */
async function checkRows(query: Query, acknowledged: readonly Acknowledged[]): Promise<void> {
  const count = async (from: string) => Number((await query(`select count(*) as n from ${from}`))[0]?.['n']);
  expect(await count("runs where state = 'running'")).toBe(0);
  expect(await count('checkpoints')).toBe(0);
  expect(await count("messages where role = 'assistant' and end_reason is null")).toBe(0);
  const stored = new Set((await query('select id from runs')).map(({ id }) => String(id)));
  expect(acknowledged.filter(({ runId }) => !stored.has(runId))).toEqual([]);
  if (acknowledged.length > 0) await checkCounters(query);
}

/** What a limit has counted is what the ledger says, and the dead hold nothing of it. */
async function checkCounters(query: Query): Promise<void> {
  const read = async (sql: string) =>
    (await query(sql)).map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, n]) => [name, Number(n)])),
    );
  const ledger = await read(
    `select count(*) as requests, sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0)) as tokens, 0 as held
     from runs`,
  );
  expect(await read('select requests, tokens, held_tokens as held from uses')).toEqual(ledger);
}

async function queryFile(sql: string) {
  using database = new DatabaseSync(join(dataDir, 'sluice.db'), { readOnly: true });
  return database.prepare(sql).all();
}

/** So that every run holds something; more than is ever used here. */
async function limitTokens({ DATABASE_URL: databaseUrl }: Record<string, string>): Promise<void> {
  await using database = await openDatabase({ dataDir, databaseUrl });
  const limit = { subject: 'default', id: null, period: 'month', unit: 'tokens' } as const;
  await database.budgets.putLimit({ ...limit, amount: 1e12 });
}

/** Kills the server again and again while it writes. @param check looks at the database once a server has started on it */
async function crash(
  environment: Record<string, string>,
  rounds: number,
  check: (acknowledged: readonly Acknowledged[]) => Promise<void>,
): Promise<void> {
  const random = randomFrom('crash-recovery');
  await using upstream = await startFakeUpstream();
  upstream.script({ tokens: TOKENS, delayMs: 4 });
  const settings = { ...environment, DATA_DIR: dataDir, ...(pointAt(upstream) as Record<string, string>) };
  const token = await createToken(settings);
  await limitTokens(environment);
  const all: Acknowledged[] = [];
  let last: Acknowledged[] = [];
  const lost: Acknowledged[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    await using server = await spawnServer(settings, token);
    await check(all);
    lost.push(...(await findLost(server, last)));
    if (round === rounds) break;
    last = [];
    const chats = Array.from({ length: CHATS }, () => chat(server, last));
    // The first dies when it has told of one that is saved; the others whenever.
    const told = () => (round === 0 ? last.filter(({ isSaved }) => isSaved) : last).length;
    await expect.poll(told, { timeout: 30_000 }).toBeGreaterThan(0);
    await sleep(random() * 1000);
    server.process.child.kill('SIGKILL');
    await Promise.all(chats);
    all.push(...last);
  }
  const saved = all.filter(({ isSaved }) => isSaved).length;
  if (lost.length > 0) console.log(lost);
  prove('crashes', { found: lost.length, cases: rounds, seed: random.seed });
  expect(saved).toBeGreaterThan(0);
  expect(all.length).toBeGreaterThan(saved);
}

describe('kill -9 while it writes loses nothing that was acknowledged', { timeout: 900_000 }, () => {
  it('on SQLite', async () => {
    await crash({}, fullCounts ? 80 : 3, async (acknowledged) => {
      expect(await queryFile('pragma integrity_check')).toEqual([{ integrity_check: 'ok' }]);
      expect(await queryFile('pragma foreign_key_check')).toEqual([]);
      await checkRows(queryFile, acknowledged);
    });
  });

  it.skipIf(!hasPostgres)('on Postgres', async () => {
    await using postgres = await startPostgres();
    const url = await createDatabase(postgres.url);
    await using client = Object.assign(new Client({ connectionString: url }), {
      async [Symbol.asyncDispose]() {
        await client.end();
      },
    });
    await client.connect();
    const query: Query = async (sql) => (await client.query<Record<string, unknown>>(sql)).rows;
    await crash({ DATABASE_URL: url }, fullCounts ? 20 : 2, (acknowledged) => checkRows(query, acknowledged));
  });
});

describe('kill -9 in the middle of an import', { timeout: 120_000 }, () => {
  it('leaves nothing of the conversation that was not all there', async () => {
    const settings = { DATA_DIR: dataDir };
    const token = await createToken(settings);
    const file = longConversation({ title: 'Unfinished', messages: 20_000, characters: 400 });
    const count = async (from: string) =>
      Number((await queryFile(`select count(*) as n from ${from}`))[0]?.['n']);
    {
      await using server = await spawnServer(settings, token);
      const importing = server.call('/api/conversations/import', JSON.parse(file)).catch(() => null);
      await expect.poll(() => count('messages'), { timeout: 60_000, interval: 5 }).toBeGreaterThan(200);
      server.process.child.kill('SIGKILL');
      expect(await importing).toBeNull();
    }
    expect(await count('conversations')).toBe(1);
    await using server = await spawnServer(settings, token);
    expect(await (await server.call('/api/conversations')).json()).toMatchObject({ conversations: [] });
    for (const table of ['conversations', 'messages', 'search_documents', 'search_index']) {
      expect([table, await count(table)]).toEqual([table, 0]);
    }
  });
});
