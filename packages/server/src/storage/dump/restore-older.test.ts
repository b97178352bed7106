import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeConnections } from '../databases.fixture.ts';
import { migrations } from '../migrations.ts';
import { createDatabase } from '../open-database.ts';
import { makeConversation } from '../rows.fixture.ts';
import { openSqlite } from '../sqlite/open-sqlite.ts';
import { dumpToText, inPieces } from './dump.fixture.ts';
import { restoreDump } from './restore-dump.ts';

/** As the first version left it. */
let text: string;
beforeAll(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'sluice-'));
  {
    await using old = await openSqlite(dataDir, migrations.slice(0, 1));
    await sql`insert into users values ('u', 'Ada@x.org', 'ada@x.org', null, 'admin', 'hash', 0, 5)`.execute(
      old.db,
    );
    await sql`insert into api_tokens values ('t', 'u', 'cli', 'chat', 1, 2, null)`.execute(old.db);
    text = await dumpToText(old);
  }
  await rm(dataDir, { recursive: true });
});

describe('a backup of an older database', () => {
  it('says so, and has the tables that there were', () => {
    const [header = '', ...lines] = text.split('\n');
    expect(JSON.parse(header)).toMatchObject({ schema: '0001-accounts' });
    expect(JSON.parse(lines.at(-2) ?? '')).toMatchObject({ rows: { users: 1, api_tokens: 1 } });
  });
});

describeConnections((name, open) => {
  it(`a backup of an older database is restored into ${name}, and brought up to date`, async () => {
    const connections = await open();
    await restoreDump(connections, inPieces(text));
    const { users, conversations, apiTokens, search } = createDatabase(connections);
    expect(await users.findByEmail('ada@x.org')).toMatchObject({
      id: 'u',
      passwordHash: 'hash',
      createdAt: 5,
    });
    expect(await apiTokens.find('t')).toMatchObject({ user: { id: 'u' } });
    const conversation = makeConversation('u');
    await conversations.insert(conversation);
    const document = { userId: 'u', conversationId: conversation.id, messageId: null, words: ['found'] };
    await search.insert(document);
    expect(await search.find({ userId: 'u', words: ['fou'], before: 2 ** 53 - 1, limit: 9 })).toHaveLength(1);
  });

  it(`an older backup that is damaged leaves ${name} as it was`, async () => {
    const connections = await open();
    const before = await dumpToText(connections);
    await expect(restoreDump(connections, inPieces(text.replace('Ada', 'Eva')))).rejects.toThrow('altered');
    expect(await dumpToText(connections)).toBe(before);
  });
});
