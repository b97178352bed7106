import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, it, onTestFinished } from 'vitest';
import { dumpDatabase } from '../src/storage/dump/dump-database.ts';
import { restoreDatabase } from '../src/storage/dump/restore-database.ts';
import { ask, createConversation } from './_support/ask-in-conversation.ts';
import { startFakeUpstream } from './_support/fake-upstream.ts';
import './_support/provide-postgres.ts';
import { createDatabase, dropDatabase } from './_support/start-postgres.ts';
import { type TestServer, pointAt, startServer } from './_support/start-server.ts';

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-backup-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A conversation with a picture, as our own export has it. */
function withPicture() {
  const at = '2026-01-01T00:00:00Z';
  const pixels = Buffer.from('pixels');
  const sha256 = createHash('sha256').update(pixels).digest('hex');
  const content = [
    { type: 'text', text: 'a picture' },
    { type: 'image', mediaType: 'image/png', sha256 },
  ];
  return {
    format: 'sluice-conversation',
    version: 1,
    conversation: {
      id: 'x',
      title: 'Pictures',
      pinned: false,
      archived: false,
      createdAt: at,
      updatedAt: at,
    },
    messages: [{ id: 'm', parentId: null, role: 'user', createdAt: at, content }],
    images: { [sha256]: { mediaType: 'image/png', data: pixels.toString('base64') } },
  };
}

/** Conversations with branches, an image, Chinese and Japanese words, a stopped answer, a pin, an archive and a share. */
async function talk(server: TestServer): Promise<{ ids: string[]; shareId: string }> {
  const ids: string[] = [];
  for (const [index, text] of [
    'How are backups made?',
    '東京都について',
    '喝咖啡 in Größe',
    'archived',
  ].entries()) {
    const { id } = await createConversation(server);
    ids.push(id);
    const first = await ask(server, { conversationId: id, message: text });
    await ask(server, { conversationId: id, parentId: first.userMessageId });
    await ask(server, { conversationId: id, message: `and again ${index}` });
  }
  const patch = (id: string, body: object) =>
    server.call(`/api/conversations/${id}`, { method: 'PATCH', body });
  await patch(ids[0] ?? '', { pinned: true, title: 'Safe copies' });
  await patch(ids[3] ?? '', { archived: true });
  const imported = await server.call('/api/conversations/import', { body: withPicture() });
  const { conversations } = (await imported.json()) as { conversations: { id: string }[] };
  ids.push(...conversations.map(({ id }) => id));
  const shared = await server.call(`/api/conversations/${ids[0]}/shares`, { body: {} });
  return { ids, shareId: ((await shared.json()) as { id: string }).id };
}

const span = `from=2026-01-01T00:00:00Z&to=${new Date().getFullYear() + 1}-01-01T00:00:00Z`;

async function readAll(
  server: TestServer,
  { ids, shareId }: { ids: string[]; shareId: string },
  token: string,
) {
  const paths = [
    '/api/conversations',
    '/api/conversations?archived=true',
    ...['back', '東京', '咖啡', 'GRÖß', 'picture', 'safe'].map(
      (q) => `/api/conversations?q=${encodeURIComponent(q)}`,
    ),
    ...ids.flatMap((id) => [
      `/api/conversations/${id}/messages`,
      `/api/conversations/${id}/export?format=markdown`,
    ]),
    `/api/shares/${shareId}`,
    ...['day', 'model', 'token'].map((groupBy) => `/api/usage?${span}&groupBy=${groupBy}`),
  ];
  const answers: Record<string, unknown> = {};
  for (const path of paths) {
    const response = await server.call(path, { token });
    expect([path, response.status]).toEqual([path, 200]);
    answers[path] = await response.text();
  }
  return answers;
}

it.skipIf(inject('postgresUrl') === undefined)(
  'a backup that is made beside a server with SQLite gives a server with Postgres the same answers',
  async () => {
    await using upstream = await startFakeUpstream();
    upstream.script({ text: 'By **sluice backup**, 東京' });
    const [folder, other] = [await makeFolder(), await makeFolder()];
    const secret = { JWT_SECRET: 'K7bNqf3WcxH9vRt2Zp5yLm8sDj4gTa6e' };
    // An empty value counts as not given: the first one is a file wherever this suite runs.
    const sqlite = { ...pointAt(upstream), ...secret, DATA_DIR: folder, DATABASE_URL: '' };
    await using first = await startServer(sqlite);
    const talked = await talk(first);
    const before = await readAll(first, talked, first.token);
    const dump: Buffer[] = [];
    const write = async (text: string) => void dump.push(Buffer.from(text));
    await dumpDatabase({ dataDir: folder }, { version: '1.0.0', now: 0, write });
    const databaseUrl = await createDatabase(inject('postgresUrl') ?? '');
    onTestFinished(() => dropDatabase(databaseUrl));
    await restoreDatabase(
      { dataDir: other, databaseUrl },
      (async function* () {
        yield* dump;
      })(),
    );
    const postgres = { ...pointAt(upstream), ...secret, DATA_DIR: other, DATABASE_URL: databaseUrl };
    await using second = await startServer(postgres);
    expect(await readAll(second, talked, first.token)).toEqual(before);
  },
);
