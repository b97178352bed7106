import { SluiceError } from '@sluice/shared';
import type { StoredUser } from '../storage/user-store.ts';

type Place = Pick<StoredUser, 'createdAt' | 'id'>;

export function encodeUserCursor({ createdAt, id }: Place): string {
  return Buffer.from(`${createdAt} ${id}`).toString('base64url');
}

/** @throws {SluiceError} `invalid_cursor` for what `encodeUserCursor` cannot have made */
export function decodeUserCursor(cursor: string): Place {
  const [, createdAt, id = ''] =
    /^(\d{1,15}) ([\w-]{1,100})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (createdAt === undefined) {
    throw new SluiceError('invalid_cursor', { detail: 'cursor must be the nextCursor of the page before' });
  }
  return { createdAt: Number(createdAt), id };
}
