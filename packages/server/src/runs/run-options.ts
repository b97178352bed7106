import type { ChatRequest } from '@sluice/shared';

/** Of a request all but what it says, and where. */
export type RunOptions = Omit<
  ChatRequest,
  'message' | 'messages' | 'conversationId' | 'parentId' | 'continue'
>;

/** @param hasKey whether it came with an Idempotency-Key, which another with these options does not have */
export function toRunOptions(body: ChatRequest, hasKey: boolean): RunOptions {
  const {
    message: _,
    messages: __,
    conversationId: _id,
    parentId: _parent,
    continue: _more,
    ...options
  } = body;
  return hasKey ? { ...options, onDisconnect: readOnDisconnect(body, hasKey) } : options;
}

export function readOnDisconnect(
  { onDisconnect }: ChatRequest,
  hasKey: boolean,
): NonNullable<ChatRequest['onDisconnect']> {
  return onDisconnect ?? (hasKey ? 'grace' : 'abort');
}
