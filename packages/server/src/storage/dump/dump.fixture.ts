import type { Database, OpenConnections } from '../database.ts';
import { hashImage } from '../image-store.ts';
import { makeConversation, makeMessage, makeOutcome, makeRun, makeUser, someTime } from '../rows.fixture.ts';
import { collectWords } from '../search-words.ts';
import { writeDump } from './write-dump.ts';

/** Two users with conversations, branches, images, runs of every state, shares and search documents. */
export async function fillDatabase(database: Database): Promise<{ userId: string; searches: string[] }> {
  const [ada, bob] = [
    makeUser({ passwordHash: 'hash', role: 'admin' }),
    makeUser({ name: null, email: 'Bob@x.org' }),
  ];
  for (const user of [ada, bob]) await database.users.insert(user);
  await database.identities.insert({
    issuer: 'https://idp',
    subject: 's',
    userId: bob.id,
    createdAt: someTime,
  });
  const token = { id: 'token-1', userId: ada.id, name: 'cli', scopes: ['chat', 'usage'] };
  await database.apiTokens.insert({ ...token, createdAt: someTime, expiresAt: someTime * 2 });
  await database.sessions.insert({
    id: 'canary-session',
    userId: ada.id,
    createdAt: someTime,
  });
  const limit = { subject: 'user', id: ada.id, period: 'month', unit: 'tokens', amount: 2 ** 40 } as const;
  await database.budgets.putLimit(limit);
  const times = { createdAt: someTime, expiresAt: someTime * 2 };
  await database.refreshTokens.insertIfNew({ hash: 'canary-refresh', sessionId: 'canary-session', ...times });
  await database.setupCodes.insert({ hash: 'canary-setup', ...times });
  for (const owner of [ada.id, bob.id]) {
    for (let index = 0; index < 6; index += 1) await fillConversation(database, owner, index);
  }
  const running = makeRun(ada.id, {
    idempotency: { key: 'k', fingerprint: 'f' },
    metadata: { a: '\\"\n' },
    chatId: 'c/1 x',
  });
  await database.runs.insert(running);
  await database.checkpoints.insert([{ runId: running.id, seq: 1, text: 'so far\0', reasoning: '' }]);
  return { userId: ada.id, searches: ['wor', '東京', 'größe', 'title 3', 'answer'] };
}

async function fillConversation(database: Database, userId: string, index: number): Promise<void> {
  const conversation = makeConversation(userId, {
    title: index === 0 ? null : `Title ${index} \u2028 "Größe"`,
    updatedAt: someTime + (index % 2),
    isPinned: index === 2,
    settings: index === 1 ? { systemPrompt: 'Be "brief" \u2028' } : {},
  });
  const conversationId = conversation.id;
  const data = Buffer.from(`image ${index % 2}`).toString('base64');
  const image = { hash: hashImage(data), mediaType: 'image/png', data };
  const prompt = makeMessage(conversationId, {
    content: [
      { type: 'text', text: `Hello World 東京都 ${index}` },
      { type: 'image', mediaType: 'image/png', sha256: image.hash },
    ],
  });
  const run = makeRun(userId, { conversationId, tokenId: index === 1 ? 'token-1' : null });
  const answer = makeMessage(conversationId, {
    parentId: prompt.id,
    role: 'assistant',
    content: `An answer ${index}: 😀\0\ud800 words`,
    reasoning: index === 1 ? 'hmm' : null,
    runId: run.id,
    model: 'demo/sluice',
    endReason: 'complete',
  });
  await database.transaction(async (stores) => {
    await stores.conversations.insert(conversation);
    await stores.images.insert([image], someTime);
    await stores.messages.insert([prompt, answer]);
    await stores.runs.insert(run);
    await stores.runs.end(run.id, makeOutcome(index === 3 ? { usage: null, cost: null } : {}));
    const share = { id: `share-${conversationId}`, conversationId, title: null, content: '[]', createdAt: 1 };
    await stores.shares.insert(share);
    const texts = [
      [null, conversation.title ?? ''],
      [prompt.id, `Hello World 東京都 ${index}\n`],
      [answer.id, answer.content as string],
    ] as const;
    for (const [messageId, text] of texts) {
      await stores.search.insert({ userId, conversationId, messageId, words: await collectWords(text) });
    }
  });
}

/** @param meanwhile is done once the dump has begun */
export async function dumpToText(
  connections: OpenConnections,
  meanwhile?: () => Promise<unknown>,
): Promise<string> {
  let text = '';
  await writeDump(connections, {
    version: '1.2.3',
    now: someTime,
    write: async (lines) => {
      if (text === '') await meanwhile?.();
      text += lines;
    },
  });
  return text;
}

/** As a file gives it: in pieces that know nothing of lines. */
export async function* inPieces(text: string, size = 1000): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}
