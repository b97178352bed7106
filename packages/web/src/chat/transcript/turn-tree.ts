import type { RunStore } from '../../stream/run-store.ts';
import type { PromptContent } from './prompt-content.ts';

interface Node {
  /** The page's own; does not change when the server gives the message its id. */
  id: string;
  /** The message's id on the server; null until it is known, and for what the server refused. */
  storedId: string | null;
  /** When it was said, RFC 3339; null where that is not told, as of what is shared. */
  saidAt: string | null;
  /** The page's id of the message it follows; null for a conversation's first. */
  parentId: string | null;
}

export interface Prompt extends Node {
  role: 'user';
  content: PromptContent;
}

interface Instruction extends Node {
  role: 'system';
  content: PromptContent;
}

export interface Reply extends Node {
  role: 'assistant';
  run: RunStore;
  /** The page's id of the answer, cut short, that this one goes on with. */
  continuesId: string | null;
}

export type Turn = Prompt | Instruction | Reply;

/** A conversation with all its branches: editing and regenerating add siblings, nothing is lost. */
export interface TurnTree {
  /** In the order in which they were said. */
  turns: ReadonlyMap<string, Turn>;
  /** The child shown under each parent; the root's key is null. */
  chosen: ReadonlyMap<string | null, string>;
}

/** A turn that is shown, and where it stands among its siblings. */
export interface Place<Shown extends Turn = Turn> {
  turn: Shown;
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

/** @returns the tree with `turn` in the place of the one with its id */
export function replaceTurn(tree: TurnTree, turn: Turn): TurnTree {
  return { ...tree, turns: new Map(tree.turns).set(turn.id, turn) };
}

/** @returns the tree in which the server knows the turn by `storedId` */
export function nameTurn(tree: TurnTree, id: string, storedId: string | null): TurnTree {
  const turn = tree.turns.get(id);
  if (turn === undefined || storedId === null) return tree;
  return replaceTurn(tree, { ...turn, storedId });
}

/** @returns the tree in which everything up to the turn is shown */
export function chooseTurn(tree: TurnTree, id: string): TurnTree {
  const chosen = new Map(tree.chosen);
  for (const turn of ancestorsOf(tree, id)) chosen.set(turn.parentId, turn.id);
  return { ...tree, chosen };
}

/** The turn itself, what it follows, and so on up to the first. */
function* ancestorsOf({ turns }: TurnTree, id: string | null): Generator<Turn, void> {
  for (let turn = turns.get(id ?? ''); turn !== undefined; turn = turns.get(turn.parentId ?? '')) yield turn;
}

/** @returns the run of a whole answer, among a turn and those it follows, that has not ended */
export function findUnended(tree: TurnTree, id: string | null): RunStore | undefined {
  for (const turn of ancestorsOf(tree, id)) {
    if (turn.role === 'assistant' && turn.run.getView().phase === 'finished') return turn.run;
  }
  return undefined;
}

/** @returns the nearest message the server has, from a turn upwards */
export function findStored(tree: TurnTree, id: string | null): string | null {
  for (const { storedId } of ancestorsOf(tree, id)) if (storedId !== null) return storedId;
  return null;
}

/** @returns the turn that the server knows by `messageId` */
export function findNamed({ turns }: TurnTree, messageId: string): Turn | undefined {
  return [...turns.values()].find(({ storedId }) => storedId === messageId);
}

/** Whether the server will soon have more of an answer than is shown, without telling this page. */
export function isBehind({ turns }: TurnTree): boolean {
  return [...turns.values()].some((turn) => {
    if (turn.role !== 'assistant' || turn.storedId === null) return false;
    const { phase, isCut } = turn.run.getView();
    return isCut || (turn.run.isRestored && phase !== 'ended');
  });
}

/** @returns the server's id of the last message of a path; empty where that is the newest of all, which is shown unless told otherwise */
export function nameLeaf({ turns }: TurnTree, path: readonly Place[]): string {
  const shown = path.findLast(({ turn }) => turn.storedId !== null)?.turn;
  const newest = [...turns.values()].findLast((turn) => turn.storedId !== null);
  return shown === newest ? '' : (shown?.storedId ?? '');
}

/** An answer that never began is no branch worth stepping to. */
function hasBegun(turn: Turn): boolean {
  if (turn.role !== 'assistant') return true;
  const { phase, hasText, hasReasoning } = turn.run.getView();
  return phase !== 'ended' || hasText || hasReasoning;
}

/** @returns the turns that are shown, first to last */
export function readPath({ turns, chosen }: TurnTree): readonly Place[] {
  const siblings = Map.groupBy(turns.values(), (turn) => turn.parentId);
  const path: Place[] = [];
  for (let parentId: string | null = null; ;) {
    const id = chosen.get(parentId);
    const turn = id === undefined ? undefined : turns.get(id);
    if (turn === undefined) return path;
    const siblingIds = (siblings.get(parentId) ?? [])
      .filter((sibling) => sibling.id === id || chosen.has(sibling.id) || hasBegun(sibling))
      .map((sibling) => sibling.id);
    path.push({ turn, siblingIds, index: siblingIds.indexOf(turn.id) });
    parentId = turn.id;
  }
}

/** What is shown as one: a prompt, an instruction, or an answer with everything that goes on with it. */
export type Shown =
  | { role: 'user'; place: Place<Prompt> }
  | { role: 'system'; place: Place<Instruction> }
  | { role: 'assistant'; places: readonly Place<Reply>[] };

export function joinContinuations(path: readonly Place[]): readonly Shown[] {
  const shown: Shown[] = [];
  for (const { turn, ...branch } of path) {
    if (turn.role === 'user') shown.push({ role: turn.role, place: { turn, ...branch } });
    else if (turn.role === 'system') shown.push({ role: turn.role, place: { turn, ...branch } });
    else {
      const last = shown.at(-1);
      const isMore = last?.role === 'assistant' && last.places.at(-1)?.turn.id === turn.continuesId;
      const before = isMore ? last.places : [];
      if (isMore) shown.pop();
      shown.push({ role: turn.role, places: [...before, { turn, ...branch }] });
    }
  }
  return shown;
}
