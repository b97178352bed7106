import type { RunOwner } from '../runs/run-owner.ts';
import { requirePrincipal } from './require-principal.ts';

/** @returns who asks, and with what: their streams end when that is revoked */
export function ownerOf(req: Parameters<typeof requirePrincipal>[0]): RunOwner {
  const { userId, tokenId, sessionId } = requirePrincipal(req);
  return { userId, ...(tokenId && { tokenId }), ...(sessionId && { sessionId }) };
}
