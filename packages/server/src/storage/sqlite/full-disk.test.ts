import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeDataDir } from '../data-dir.fixture.ts';
import { createDatabase, openConnections } from '../open-database.ts';
import { makeConversation, makeMessage, makeUser } from '../rows.fixture.ts';

/** What SQLite says where the disk has no room, said by a file that may not grow. */
async function openWithLimit() {
  const connections = await openConnections({ dataDir: await makeDataDir() });
  onTestFinished(() => connections[Symbol.asyncDispose]());
  const database = createDatabase(connections);
  const user = makeUser();
  const conversation = makeConversation(user.id);
  await database.users.insert(user);
  await database.conversations.insert(conversation);
  const limit = (pages: number) => sql`pragma max_page_count = ${sql.lit(pages)}`.execute(connections.db);
  return { database, conversation, limit };
}

describe('a full disk', () => {
  it('refuses writes as unavailable, undoes their transaction whole, and takes them again once there is room', async () => {
    const { database, conversation, limit } = await openWithLimit();
    const large = () => makeMessage(conversation.id, { content: 'x'.repeat(1_000_000) });
    await limit(1);
    const user = makeUser();
    const failed = database.transaction(async (stores) => {
      await stores.users.insert(user);
      await stores.messages.insert([large()]);
    });
    await expect(failed).rejects.toMatchObject({ code: 'unavailable', cause: { errcode: 13 } });
    await expect(database.messages.insert([large()])).rejects.toMatchObject({ code: 'unavailable' });
    expect(await database.users.find(user.id)).toBeUndefined();
    await database.ping();
    await limit(1_000_000);
    await database.transaction(async (stores) => {
      await stores.users.insert(user);
      await stores.messages.insert([large()]);
    });
    expect(await database.users.find(user.id)).toEqual(user);
    const page = { conversationId: conversation.id, after: 0, limit: 9 };
    expect(await database.messages.list(page)).toHaveLength(1);
  });
});
