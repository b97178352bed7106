import type { StoredMessage } from '@sluice/shared';
import { catchUp, restoreRun } from '../stream/catch-up.ts';
import { isUnstored } from './new-conversation.ts';
import { isSameContent } from './transcript/prompt-content.ts';
import { type Turn, type TurnTree, chooseTurn } from './transcript/turn-tree.ts';

/**
 * Brings a tree up to what the server has. What is there keeps its place and its page's id, and a run that goes on here keeps
 * its events; nothing is taken away, and no other branch is shown than before.
 */
export function mergeMessages(tree: TurnTree, messages: readonly StoredMessage[]): TurnTree {
  const turns = new Map(tree.turns);
  const chosen = new Map(tree.chosen);
  const ids = new Map<string, string>();
  const unnamed = new Set<Turn>();
  for (const turn of turns.values()) if (turn.storedId !== null) ids.set(turn.storedId, turn.id);
  // An answer that is on its way is looked at before one whose connection was lost.
  for (const isLive of [true, false]) {
    for (const turn of turns.values())
      if (turn.storedId === null && isUnderWay(turn) === isLive) unnamed.add(turn);
  }
  for (const message of messages) {
    const parentId = message.parentId === null ? null : (ids.get(message.parentId) ?? null);
    const known = turns.get(ids.get(message.id) ?? '');
    const turn = known ?? [...unnamed].find((candidate) => isSame(candidate, message, parentId));
    if (turn !== undefined) unnamed.delete(turn);
    const id = turn?.id ?? message.id;
    ids.set(message.id, id);
    const continuesId = ids.get(message.continuesId ?? '') ?? null;
    const next = turn === undefined ? restoreTurn(message, { parentId, continuesId }) : renew(turn, message);
    if (next !== turn) turns.set(id, next);
    if (!chosen.has(parentId)) chosen.set(parentId, id);
  }
  return { turns, chosen };
}

function isUnderWay(turn: Turn): boolean {
  return turn.role === 'assistant' && turn.run.getView().phase !== 'ended';
}

/** Whether a turn of which the page has not heard is the message: the server took it, and its answer was lost or is on its way. */
function isSame(turn: Turn, message: StoredMessage, parentId: string | null): boolean {
  if (turn.role !== message.role || turn.parentId !== parentId) return false;
  if (turn.role === 'assistant') return !isUnstored(turn.run.getView());
  return isSameContent(turn.content, message.content);
}

function restoreTurn(
  message: StoredMessage,
  place: { parentId: string | null; continuesId: string | null },
): Turn {
  const { id, role, content } = message;
  const node = { id, storedId: id, saidAt: message.createdAt, parentId: place.parentId };
  if (role !== 'assistant') return { ...node, role, content };
  return { ...node, role, run: restoreRun(message), continuesId: place.continuesId };
}

/** A run that was followed here has its own events; one that broke off here, or goes on elsewhere, is as the server says. */
function renew(turn: Turn, message: StoredMessage): Turn {
  const named = turn.storedId === null ? { ...turn, storedId: message.id } : turn;
  if (named.role !== 'assistant') return named;
  const { isCut, isStoppedHere } = named.run.getView();
  if (isCut || (isStoppedHere && message.reason !== null)) return { ...named, run: restoreRun(message) };
  if (named.run.isRestored) catchUp(named.run, message);
  return named;
}

/**
 * @param leafId the server's id of the last message that was shown, if that is known
 * @returns the tree with the path to that message shown, else the path to the newest one
 */
export function chooseLeaf(tree: TurnTree, leafId: string | null): TurnTree {
  const chosen = new Map<string | null, string>();
  let newest: Turn | undefined;
  let leaf: Turn | undefined;
  for (const turn of tree.turns.values()) {
    chosen.set(turn.parentId, turn.id);
    newest = turn;
    if (turn.storedId === leafId) leaf = turn;
  }
  const end = leaf ?? newest;
  return end === undefined ? tree : chooseTurn({ ...tree, chosen }, end.id);
}
