import type { RunStore } from '../stream/run-store.ts';

export interface Prompt {
  id: string;
  /** The answer it follows; null for a conversation's first. */
  parentId: string | null;
  role: 'user';
  text: string;
}

interface Reply {
  id: string;
  /** The prompt it answers. */
  parentId: string;
  role: 'assistant';
  run: RunStore;
}

export type Turn = Prompt | Reply;

/** A conversation with all its branches: editing and regenerating add siblings, nothing is lost. */
export interface TurnTree {
  turns: ReadonlyMap<string, Turn>;
  /** The child shown under each parent; the root's key is null. */
  chosen: ReadonlyMap<string | null, string>;
}

/** A turn that is shown, and where it stands among its siblings. */
export interface Place {
  turn: Turn;
  siblingIds: readonly string[];
  /** Index in `siblingIds`. */
  index: number;
}

export const emptyTree: TurnTree = { turns: new Map(), chosen: new Map() };

/** @returns the tree with `turn` as its parent's newest child, and shown */
export function addTurn(tree: TurnTree, turn: Turn): TurnTree {
  return {
    turns: new Map(tree.turns).set(turn.id, turn),
    chosen: new Map(tree.chosen).set(turn.parentId, turn.id),
  };
}

/** @returns the tree without the turn, which must have no children */
export function removeTurn(tree: TurnTree, id: string): TurnTree {
  const turns = new Map(tree.turns);
  const chosen = new Map(tree.chosen);
  const parentId = turns.get(id)?.parentId ?? null;
  turns.delete(id);
  const sibling = [...turns.values()].findLast((turn) => turn.parentId === parentId);
  if (sibling === undefined) chosen.delete(parentId);
  else chosen.set(parentId, sibling.id);
  return { turns, chosen };
}

export function chooseTurn(tree: TurnTree, id: string): TurnTree {
  const turn = tree.turns.get(id);
  return turn === undefined ? tree : { ...tree, chosen: new Map(tree.chosen).set(turn.parentId, id) };
}

/** @returns the turns that are shown, first to last */
export function readPath(tree: TurnTree): readonly Place[] {
  const siblings = Map.groupBy(tree.turns.values(), (turn) => turn.parentId);
  const path: Place[] = [];
  for (let parentId: string | null = null; ;) {
    const id = tree.chosen.get(parentId);
    const turn = id === undefined ? undefined : tree.turns.get(id);
    if (turn === undefined) return path;
    const siblingIds = (siblings.get(parentId) ?? []).map((sibling) => sibling.id);
    path.push({ turn, siblingIds, index: siblingIds.indexOf(turn.id) });
    parentId = turn.id;
  }
}
