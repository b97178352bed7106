import type { ChatSettings, StoredMessage } from '@sluice/shared';
import { textOf } from '../stream/catch-up.ts';
import { followFromStart } from '../stream/follow-from-start.ts';
import { isGrowing } from '../stream/is-growing.ts';
import { type RunStore, createRunStore } from '../stream/run-store.ts';
import { type RunHandle, startRun } from '../stream/start-run.ts';
import { waitForEnd } from '../stream/wait-for-end.ts';
import { branchChoice } from '../api/branch-choice.ts';
import { ChatDraft } from './chat-draft.ts';
import type { ChatOptions, ChatState } from './chat-state.ts';
import { ConversationSettings } from './settings/conversation-settings.ts';
import { ImageDraft } from './composer/image-draft.ts';
import { chooseLeaf, mergeMessages } from './merge-messages.ts';
import { NewConversation, isUnstored } from './new-conversation.ts';
import { type Image, type PromptContent, makeContent } from './transcript/prompt-content.ts';
import { type TurnRequest, makePromptRequest } from './prompt-request.ts';
import {
  type Prompt,
  type Reply,
  type TurnTree,
  addTurn,
  chooseTurn,
  emptyTree,
  findNamed,
  findUnended,
  isBehind,
  nameLeaf,
  nameTurn,
  readPath,
  replaceTurn,
} from './transcript/turn-tree.ts';

/** What someone has written, and what goes with it. */
export interface Draft {
  text: string;
  images: readonly Image[];
}

/** One conversation as the page shows it, outside React. Methods may be passed on as they are. */
export class ChatStore {
  /** The page's own; stays when the conversation gets its id. */
  readonly key: string;
  /** What goes with the next question; waits here while another chat is looked at. */
  readonly images = new ImageDraft();
  readonly draft: ChatDraft;
  readonly settings: ConversationSettings;
  readonly #options: ChatOptions;
  readonly #new: NewConversation;
  readonly #listeners = new Set<() => void>();
  #tree: TurnTree = emptyTree;
  /** The run started here last, until it has ended. */
  #own: RunStore | null = null;
  readonly #handles = new WeakMap<RunStore, RunHandle>();
  #count = 0;
  #isLeft = false;
  #state: ChatState;

  constructor(options: ChatOptions) {
    const { key, conversationId } = options;
    this.key = key;
    this.#options = options;
    this.#new = new NewConversation(options);
    this.draft = new ChatDraft(conversationId ?? 'new');
    this.settings = new ConversationSettings(conversationId === null);
    this.#state = { conversationId, isLoaded: conversationId === null, path: [], live: null, latest: null };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getState = (): ChatState => this.#state;

  /**
   * @param settings of them, what the model takes; without a model the server chooses
   * @returns whether it was sent: one that says nothing, or any while an answer grows, is not. After a whole answer whose run has not
   *   ended it waits for that: only then can it follow.
   */
  readonly send = ({ text, images }: Draft, settings: ChatSettings): boolean =>
    this.#ask(this.#state.path.at(-1)?.turn.id ?? null, makeContent(text, images), settings);

  /** Asks something else in place of a prompt, beside it. */
  readonly edit = (promptId: string, { text, images }: Draft, settings: ChatSettings): boolean => {
    const prompt = this.#tree.turns.get(promptId);
    return prompt?.role === 'user' && this.#ask(prompt.parentId, makeContent(text, images), settings);
  };

  /** Answers the same prompt once more, beside the answer that is there; of a continuation, continues once more. */
  readonly regenerate = (replyId: string, settings: ChatSettings): void => {
    const reply = this.#tree.turns.get(replyId);
    if (reply?.role !== 'assistant' || this.#state.live !== null) return;
    if (reply.continuesId !== null) return this.continue(reply.continuesId, settings);
    const prompt = this.#tree.turns.get(reply.parentId ?? '');
    if (prompt?.role === 'user') this.#answerPrompt(this.#tree, prompt, settings);
  };

  /** Goes on with an answer that was cut short. */
  readonly continue = (replyId: string, settings: ChatSettings): void => {
    const storedId = this.#tree.turns.get(replyId)?.storedId ?? null;
    if (storedId === null || this.#state.live !== null) return;
    const makeTurn = () => ({ parentId: storedId, continue: true });
    this.#answer(this.#tree, { parentId: replyId, continuesId: replyId }, { settings, makeTurn });
  };

  readonly choose = (turnId: string): void => {
    this.#update(chooseTurn(this.#tree, turnId));
    this.#rememberBranch();
    this.#followLive();
  };

  /** Shows the branch in which a message is, if it is not there already. */
  readonly showMessage = (messageId: string): void => {
    const turn = findNamed(this.#tree, messageId);
    const isShown = this.#state.path.some((place) => place.turn === turn);
    if (turn !== undefined && !isShown) this.choose(turn.id);
  };

  /** Takes in what the server has. */
  readonly merge = (messages: readonly StoredMessage[]): void => {
    const { isLoaded, conversationId } = this.#state;
    const merged = mergeMessages(this.#tree, messages);
    if (isLoaded || conversationId === null) this.#update(merged);
    else this.#update(chooseLeaf(merged, branchChoice(conversationId).read()), { isLoaded: true });
    this.#followLive();
  };

  /** Whether the server will soon have more of an answer than is shown, without telling this page. */
  readonly isBehind = (): boolean => isBehind(this.#tree);

  readonly stop = (): void => {
    const { live } = this.#state;
    if (live !== null) this.#handles.get(live)?.stop();
  };

  /** An answer that goes on elsewhere, or began before this page was loaded, is shown as it grows. */
  #followLive(): void {
    const turn = this.#state.path.at(-1)?.turn;
    if (turn?.role !== 'assistant' || !turn.run.isRestored) return;
    const { phase, runId, model } = turn.run.getView();
    if (phase === 'ended' || runId === null) return;
    const { connection, takeTurn, followHere = followFromStart } = this.#options;
    const run = createRunStore({ id: this.#nextId(), model, runId, isTimed: false });
    this.#watch(run, { reply: turn, isOwn: false });
    this.#update(replaceTurn(this.#tree, { ...turn, run }), { latest: run });
    this.#handles.set(run, followHere({ connection, runId, run, takeTurn }));
  }

  /** Keeps what is written and set for a reload of the tab: from the first question on not as the new chat's, but as its conversation's. */
  readonly keepDrafts = (): void => {
    const { conversationId } = this.#state;
    const isNew = conversationId === null && this.#own === null && !this.#isLeft;
    this.draft.moveTo(isNew ? 'new' : conversationId);
    this.settings.keepInTab(isNew);
  };

  /** Another chat is the tab's new one from now on. */
  leave(): void {
    this.#isLeft = true;
    this.keepDrafts();
  }

  #nextId(): string {
    return `${this.key}-${++this.#count}`;
  }

  #update(tree: TurnTree, change: Partial<ChatState> = {}): void {
    this.#tree = tree;
    const path = readPath(tree);
    const last = path.at(-1)?.turn;
    const runs = [this.#own ?? undefined, last?.role === 'assistant' ? last.run : undefined];
    const live = runs.find((run) => run !== undefined && isGrowing(run.getView())) ?? null;
    this.#state = { ...this.#state, ...change, path, live };
    for (const listener of this.#listeners) listener();
  }

  #ask(parentId: string | null, content: PromptContent | null, settings: ChatSettings): boolean {
    const { live, isLoaded } = this.#state;
    if (content === null || live !== null || !isLoaded) return false;
    const prompt: Prompt = {
      id: this.#nextId(),
      storedId: null,
      saidAt: new Date().toISOString(),
      parentId,
      role: 'user',
      content,
    };
    this.#answerPrompt(addTurn(this.#tree, prompt), prompt, settings);
    return true;
  }

  /** Asks a prompt that is in the tree, or has it answered again when the server has it. */
  #answerPrompt(tree: TurnTree, prompt: Prompt, settings: ChatSettings): void {
    const { connection } = this.#options;
    const makeTurn = (signal: AbortSignal) =>
      makePromptRequest(connection, { tree, prompt, conversationId: this.#state.conversationId }, signal);
    this.#answer(tree, { parentId: prompt.id, continuesId: null }, { settings, makeTurn });
  }

  #answer(
    tree: TurnTree,
    place: Pick<Reply, 'parentId' | 'continuesId'>,
    ask: { settings: ChatSettings; makeTurn: (signal: AbortSignal) => TurnRequest | Promise<TurnRequest> },
  ): void {
    const { connection, takeTurn, startRunHere = startRun } = this.#options;
    const { settings, makeTurn } = ask;
    const run = createRunStore({ id: this.#nextId(), model: settings.model ?? '' });
    const reply: Reply = {
      ...place,
      id: run.id,
      storedId: null,
      saidAt: new Date().toISOString(),
      role: 'assistant',
      run,
    };
    const before = findUnended(tree, place.parentId);
    const makeRequest = async (signal: AbortSignal) => {
      // The server takes nothing that follows an answer whose run has not ended.
      if (before !== undefined) {
        run.noteQueued('answer');
        await waitForEnd(before, signal);
        run.noteQueued(null);
      }
      return {
        ...settings,
        ...(await makeTurn(signal)),
        conversationId:
          this.#state.conversationId ?? (await this.#new.make(this.settings.begin(settings.model), signal)),
      };
    };
    this.#watch(run, { reply, isOwn: true });
    this.#own = run;
    this.#handles.set(run, startRunHere({ connection, makeRequest, run, takeTurn }));
    this.draft.write(this.draft.read());
    this.keepDrafts();
    this.#update(addTurn(tree, reply), { latest: run });
  }

  #adoptNew(): void {
    const id = this.#new.take();
    if (id === null) return;
    this.#update(this.#tree, { conversationId: id });
    this.#options.onCreated(id);
  }

  /** Gives prompt and answer their names when the run has begun, and lets go of it when it has ended. */
  #watch(run: RunStore, { reply: { id, parentId }, isOwn }: { reply: Reply; isOwn: boolean }): void {
    let isNamed = false;
    const unsubscribe = run.subscribe(() => {
      const { messageId, userMessageId, phase } = run.getView();
      if (messageId !== null && !isNamed) {
        isNamed = true;
        const named = nameTurn(this.#tree, id, messageId);
        this.#update(nameTurn(named, parentId ?? '', userMessageId));
        if (isOwn) {
          this.#adoptNew();
          this.#tellChanged(true);
        }
      }
      if (phase === 'finished' && this.#state.live === run) this.#update(this.#tree);
      if (phase !== 'ended') return;
      unsubscribe();
      if (isOwn) {
        if (this.#own === run) this.#own = null;
        if (isUnstored(run.getView())) {
          void this.#new.discard();
          this.#keepPrompt(parentId);
        } else this.#adoptNew();
      }
      this.#update(this.#tree);
      this.#tellChanged(isOwn);
    });
  }

  /** A question that was refused is nowhere but here: a reload finds it in the message box. */
  #keepPrompt(promptId: string | null): void {
    const prompt = this.#tree.turns.get(promptId ?? '');
    if (prompt?.role !== 'user' || prompt.storedId !== null) return;
    this.keepDrafts();
    this.draft.keepForReload(textOf(prompt.content));
  }

  #tellChanged(isOwn: boolean): void {
    this.#rememberBranch();
    const { conversationId } = this.#state;
    if (conversationId !== null) this.#options.onChanged(conversationId, isOwn);
  }

  #rememberBranch(): void {
    const { conversationId, path } = this.#state;
    if (conversationId === null) return;
    branchChoice(conversationId).write(nameLeaf(this.#tree, path));
  }
}
