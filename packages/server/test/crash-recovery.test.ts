import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageList, StoredMessage } from '@sluice/shared';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fullCounts, randomFrom } from './_support/counts.ts';
import { startFakeUpstream } from './_support/fake-upstream.ts';
import { type SpawnedServer, createToken, spawnServer } from './_support/spawn-server.ts';
import { iterateEvents, pointAt } from './_support/start-server.ts';

const CHATS = 12;
const TOKENS = 30;
const whole = Array.from({ length: TOKENS }, (_, index) => ` t${index}`).join('');

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sluice-crash-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

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

async function checkMessages(server: SpawnedServer, acknowledged: readonly Acknowledged[]): Promise<void> {
  const trees = new Map<string, Map<string, StoredMessage>>();
  for (const { conversationId } of acknowledged) {
    if (!trees.has(conversationId)) trees.set(conversationId, await readMessages(server, conversationId));
  }
  for (const { conversationId, userMessageId, messageId, isSaved } of acknowledged) {
    const messages = trees.get(conversationId);
    expect(messages?.get(userMessageId)).toMatchObject({ role: 'user', content: 'Count!' });
    const answer = messages?.get(messageId);
    expect(answer).toMatchObject({ role: 'assistant', parentId: userMessageId });
    // It may have ended without anybody having been told.
    expect(isSaved ? ['complete'] : ['complete', 'interrupted']).toContain(answer?.reason);
    if (answer?.reason === 'complete') expect(answer.content).toBe(whole);
    else expect(answer?.content).toSatisfy((text) => whole.startsWith(text as string));
  }
}

/** The file as it is, beside the server that uses it. */
function checkFile(acknowledged: readonly Acknowledged[]): void {
  using database = new DatabaseSync(join(dataDir, 'sluice.db'), { readOnly: true });
  expect(database.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' });
  expect(database.prepare('pragma foreign_key_check').all()).toEqual([]);
  expect(database.prepare("select count(*) as n from runs where state = 'running'").get()).toEqual({ n: 0 });
  expect(database.prepare('select count(*) as n from checkpoints').get()).toEqual({ n: 0 });
  const open = "select count(*) as n from messages where role = 'assistant' and end_reason is null";
  expect(database.prepare(open).get()).toEqual({ n: 0 });
  const rows = database.prepare('select id from runs').all();
  const stored = new Set(rows.map(({ id }) => String(id)));
  expect(acknowledged.filter(({ runId }) => !stored.has(runId))).toEqual([]);
}

const rounds = fullCounts ? 30 : 5;

it(
  `has every acknowledged message after kill -9 while it writes (× ${rounds})`,
  { timeout: 300_000 },
  async () => {
    const random = randomFrom('crash-recovery');
    await using upstream = await startFakeUpstream();
    upstream.script({ tokens: TOKENS, delayMs: 4 });
    const environment = { DATA_DIR: dataDir, ...(pointAt(upstream) as Record<string, string>) };
    const token = await createToken(environment);
    const all: Acknowledged[] = [];
    let last: Acknowledged[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      await using server = await spawnServer(environment, token);
      checkFile(all);
      await checkMessages(server, last);
      if (round === rounds) break;
      last = [];
      const chats = Array.from({ length: CHATS }, () => chat(server, last));
      await sleep(100 + random() * 900);
      server.process.child.kill('SIGKILL');
      await Promise.all(chats);
      all.push(...last);
    }
    const saved = all.filter(({ isSaved }) => isSaved).length;
    console.log(
      `crash-recovery: ${rounds} crashes, ${all.length} prompts and ${saved} answers acknowledged, 0 lost`,
    );
    expect(saved).toBeGreaterThan(0);
    expect(all.length).toBeGreaterThan(saved);
  },
);
