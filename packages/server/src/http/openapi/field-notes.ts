/** What people read of the fields of a named schema. */
export const fieldNotes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ChatRequest: {
    message: 'One user message; or `messages`.',
    messages: 'What was said so far; the last is the user’s. In a conversation: only what is new.',
    model: 'An id or an alias of `GET /api/models`. Left out: the server’s default.',
    systemPrompt: 'Instructions for the model.',
    system: 'Another name for `systemPrompt`.',
    maxOutputTokens: 'Upper bound of the answer.',
    temperature: 'For models that take one.',
    reasoning: 'How much to think, for models that do.',
    conversationId:
      'Stores the question and the answer in this conversation, and tells the model what it holds.',
    parentId: 'The message to go on from. Left out: the newest. Null: a new beginning.',
    continue: 'Goes on with the answer at `parentId`, which was cut short.',
    fallbackModels: 'Models to be asked, in this order, when the model cannot answer.',
    onDisconnect: 'What becomes of the run when its last reader has left.',
    graceMs: 'With `grace`: how long nobody may read.',
    metadata: 'Strings of your own, kept in the ledger.',
  },
  Message: {
    content: 'A text, or parts: texts and, from a user, images.',
  },
  ChatAnswer: {
    reason: 'How it ended; only `complete` is whole.',
    cost: 'In millionths of a US dollar; null where no price is known.',
    saved: 'False when the database did not take the result in time; it is tried on.',
  },
  Usage: {
    inputTokens: 'What was cached included.',
    outputTokens: 'Reasoning included.',
    source: '`estimated` where the provider gives no count of its own.',
  },
  Problem: {
    code: 'What to switch on.',
    detail: 'For people: names the field, the limit or the model.',
    retryable: 'Whether the same request may succeed when it is sent again.',
    requestId: 'What to quote when asking for help.',
  },
};
