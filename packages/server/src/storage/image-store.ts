// In: images as prompts and imports bring them. Out: the same bytes, found by their hash.
// Never: one image twice, nor an image inside a message.
import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { DatabaseKind } from './migrations.ts';
import type { Schema } from './schema.ts';

export interface StoredImage {
  /** SHA-256 of the bytes, in hex. */
  hash: string;
  mediaType: string;
  /** Base64. */
  data: string;
}

export interface ImageStore {
  /** Stores what is not there yet. */
  insert(images: readonly StoredImage[], createdAt: number): Promise<void>;
  find(hashes: readonly string[]): Promise<Map<string, StoredImage>>;
  /** @returns undefined when no message of that conversation has it */
  findInConversation(hash: string, conversationId: string): Promise<StoredImage | undefined>;
}

/** @param data base64 */
export function hashImage(data: string): string {
  return createHash('sha256').update(Buffer.from(data, 'base64')).digest('hex');
}

export function createImageStore({
  db,
  reader,
  kind,
}: {
  db: Kysely<Schema>;
  reader: Kysely<Schema>;
  kind: DatabaseKind;
}): ImageStore {
  return {
    async insert(images, createdAt) {
      for (const { hash, mediaType, data } of images) {
        await db
          .insertInto('images')
          .values({ hash, media_type: mediaType, data, created_at: createdAt })
          .onConflict((conflict) =>
            // Held until the end of the transaction: nobody deletes it before a message has it.
            kind === 'postgres'
              ? conflict.column('hash').doUpdateSet((eb) => ({ created_at: eb.ref('images.created_at') }))
              : conflict.column('hash').doNothing(),
          )
          .execute();
      }
    },
    async find(hashes) {
      if (hashes.length === 0) return new Map();
      const rows = await reader.selectFrom('images').selectAll().where('hash', 'in', hashes).execute();
      return new Map(rows.map(({ hash, media_type, data }) => [hash, { hash, mediaType: media_type, data }]));
    },
    async findInConversation(hash, conversationId) {
      const row = await reader
        .selectFrom('images')
        .innerJoin('message_images', 'message_images.hash', 'images.hash')
        .innerJoin('messages', 'messages.id', 'message_images.message_id')
        .select(['images.media_type', 'images.data'])
        .where('images.hash', '=', hash)
        .where('messages.conversation_id', '=', conversationId)
        .limit(1)
        .executeTakeFirst();
      return row && { hash, mediaType: row.media_type, data: row.data };
    },
  };
}
