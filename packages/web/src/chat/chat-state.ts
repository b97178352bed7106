import type { Connection, TakeTurn } from '@sluice/shared';
import type { followFromStart } from '../stream/follow-from-start.ts';
import type { RunStore } from '../stream/run-store.ts';
import type { startRun } from '../stream/start-run.ts';
import type { Place } from './transcript/turn-tree.ts';

export interface ChatState {
  /** Null until the server has something in the conversation. */
  conversationId: string | null;
  /** Whether what the server has is here. */
  isLoaded: boolean;
  path: readonly Place[];
  /** The run whose answer grows now, here or elsewhere, at the end of the path. */
  live: RunStore | null;
  /** The run started or followed here last: its end is what the status line tells of. */
  latest: RunStore | null;
}

export interface ChatOptions {
  key: string;
  /** Null for one that has not begun. */
  conversationId: string | null;
  connection: Connection;
  /** How its streams share the browser's connections; unless given, they need not. */
  takeTurn?: TakeTurn | undefined;
  /** Called when a chat that had no conversation has one. */
  onCreated: (conversationId: string) => void;
  /** Called when one was made, and taken back because nothing came into it. */
  onDiscarded: (conversationId: string) => void;
  /**
   * Called when a run has begun and when it has ended: the conversation's title and time have changed.
   * @param isOwn whether it was started here
   */
  onChanged: (conversationId: string, isOwn: boolean) => void;
  /** Replace the transport, for tests. */
  startRunHere?: typeof startRun;
  followHere?: typeof followFromStart;
}
