import type { Connection } from '@sluice/shared';
import { type RunStore, createRunStore } from '../stream/run-store.ts';
import { type RunHandle, startRun } from '../stream/start-run.ts';
import { cleanText, requestMessages } from './request-messages.ts';
import {
  type Place,
  type TurnTree,
  addTurn,
  chooseTurn,
  emptyTree,
  readPath,
  removeTurn,
} from './turn-tree.ts';

const TITLE_LENGTH = 60;

export interface ChatState {
  path: readonly Place[];
  /** The run that goes on now. */
  live: RunStore | null;
  /** The run started last: its end is what the status line tells of. */
  latest: RunStore | null;
  title: string | null;
}

/** One conversation, kept in this page's memory, outside React. */
export interface ChatStore {
  readonly id: string;
  subscribe: (listener: () => void) => () => void;
  getState: () => ChatState;
  /**
   * @param model undefined lets the server choose
   * @returns whether it was sent: a blank text, or any while a run goes on, is not */
  send: (text: string, model: string | undefined) => boolean;
  /** Answers the same prompt once more, beside the answer that is there. */
  regenerate: (replyId: string, model: string | undefined) => void;
  /** Asks something else in place of a prompt, beside it. */
  edit: (promptId: string, text: string, model: string | undefined) => boolean;
  choose: (turnId: string) => void;
  stop: () => void;
}

/** @param startRunHere replaces the transport, for tests */
export function createChat(
  id: string,
  connection: Connection,
  startRunHere: typeof startRun = startRun,
): ChatStore {
  const listeners = new Set<() => void>();
  let tree: TurnTree = emptyTree;
  let state: ChatState = { path: [], live: null, latest: null, title: null };
  let handle: RunHandle | null = null;
  let count = 0;

  const nextId = () => `${id}-${++count}`;

  function update(next: TurnTree, runs: Partial<Pick<ChatState, 'live' | 'latest'>> = {}): void {
    tree = next;
    const path = readPath(tree);
    const first = path[0]?.turn;
    const title = first?.role === 'user' ? first.text.trim().slice(0, TITLE_LENGTH) : null;
    state = { ...state, ...runs, path, title };
    for (const listener of listeners) listener();
  }

  function followEnd(run: RunStore): void {
    const unsubscribe = run.subscribe(() => {
      if (run.getView().phase !== 'ended') return;
      unsubscribe();
      if (state.live === run) update(tree, { live: null });
    });
  }

  function answer(before: TurnTree, promptId: string, model: string | undefined): void {
    const messages = requestMessages(readPath(before));
    const run = createRunStore({ id: nextId(), model: model ?? '' });
    followEnd(run);
    const next = addTurn(before, { id: run.id, parentId: promptId, role: 'assistant', run });
    update(next, { live: run, latest: run });
    handle = startRunHere({ connection, request: { ...(model !== undefined && { model }), messages }, run });
  }

  function ask(parentId: string | null, text: string, model: string | undefined): boolean {
    const clean = cleanText(text);
    if (clean.trim() === '' || state.live !== null) return false;
    const prompt = { id: nextId(), parentId, role: 'user' as const, text: clean };
    answer(addTurn(tree, prompt), prompt.id, model);
    return true;
  }

  return {
    id,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getState: () => state,
    send: (text, model) => ask(state.path.at(-1)?.turn.id ?? null, text, model),
    regenerate(replyId, model) {
      const reply = tree.turns.get(replyId);
      if (reply?.role !== 'assistant' || state.live !== null) return;
      const isEmpty = reply.run.getText() === '';
      const hasChildren = tree.chosen.has(replyId);
      // An answer that never began is no branch worth keeping.
      const kept = isEmpty && !hasChildren ? removeTurn(tree, replyId) : tree;
      const chosen = new Map(kept.chosen);
      chosen.delete(reply.parentId);
      answer({ ...kept, chosen }, reply.parentId, model);
    },
    edit(promptId, text, model) {
      const prompt = tree.turns.get(promptId);
      return prompt?.role === 'user' && ask(prompt.parentId, text, model);
    },
    choose: (turnId) => update(chooseTurn(tree, turnId)),
    stop: () => handle?.stop(),
  };
}
