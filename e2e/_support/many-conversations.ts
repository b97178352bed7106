/**
 * As Claude exports conversations: one an hour, back from now, each with a question and an answer.
 * @param count of them; that of an index is called `Conversation <index>`, and its answer has the word `pear<index>`
 */
export function manyConversations(count: number): object[] {
  const now = Date.now();
  return Array.from({ length: count }, (_, index) =>
    oneConversation({
      title: `Conversation ${index}`,
      at: now - index * 3_600_000,
      answer: `Answer ${index} pear${index}`,
    }),
  );
}

/** @param at epoch ms */
export function oneConversation({
  title,
  at,
  answer,
}: {
  title: string;
  at: number;
  answer: string;
}): object {
  const time = new Date(at).toISOString();
  const say = (sender: string, text: string) => ({
    uuid: `${title} ${sender}`,
    sender,
    text,
    created_at: time,
    content: [{ type: 'text', text }],
  });
  return {
    uuid: title,
    name: title,
    created_at: time,
    updated_at: time,
    chat_messages: [say('human', `Question of ${title}`), say('assistant', answer)],
  };
}
