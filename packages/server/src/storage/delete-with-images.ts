import type { Expression, Kysely } from 'kysely';
import type { DatabaseKind } from './migrations.ts';
import type { Schema } from './schema.ts';

/**
 * Deletes messages, and with them the images that no other message has. Within a transaction.
 * @param messages their ids, as what comes after `in`
 * @param remove deletes those messages
 */
export async function deleteWithImages(
  { db, kind }: { db: Kysely<Schema>; kind: DatabaseKind },
  messages: Expression<string>,
  remove: () => Promise<void>,
): Promise<void> {
  const query = db.selectFrom('message_images').select('hash').distinct();
  const images = await query.where('message_id', 'in', messages).execute();
  // A message that takes one of them into another conversation has done so by then, or waits until they are gone.
  if (kind === 'postgres' && images.length > 0) {
    const hashes = images.map(({ hash }) => hash);
    const rows = db.selectFrom('images').select('hash').where('hash', 'in', hashes).orderBy('hash');
    await rows.forUpdate().execute();
  }
  await remove();
  for (const { hash } of images) {
    const others = db.selectFrom('message_images').select('hash').where('hash', '=', hash);
    await db
      .deleteFrom('images')
      .where('hash', '=', hash)
      .where((eb) => eb.not(eb.exists(others)))
      .execute();
  }
}
