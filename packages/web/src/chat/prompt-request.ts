import type { ChatRequest, Connection } from '@sluice/shared';
import { makeMessage } from './transcript/prompt-content.ts';
import { loadStoredImage } from './transcript/stored-image.ts';
import { type Prompt, type TurnTree, findStored } from './transcript/turn-tree.ts';

/** What a request says, and of its place in the conversation. */
export type TurnRequest = Pick<ChatRequest, 'message' | 'messages' | 'parentId' | 'continue'>;

interface PromptPlace {
  tree: TurnTree;
  prompt: Prompt;
  /** Where its stored images are; null where it cannot have any. */
  conversationId: string | null;
}

/** @returns what asks a prompt, or has it answered again when the server has it */
export async function makePromptRequest(
  connection: Connection,
  { tree, prompt, conversationId }: PromptPlace,
  signal: AbortSignal,
): Promise<TurnRequest> {
  const { storedId, parentId, content } = prompt;
  if (storedId !== null) return { parentId: storedId };
  const message = await makeMessage(content, (image) =>
    loadStoredImage(connection, { image, conversationId: conversationId ?? '' }, signal),
  );
  return { ...message, parentId: findStored(tree, parentId) };
}
