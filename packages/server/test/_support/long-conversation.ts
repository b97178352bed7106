const at = '2026-01-01T00:00:00.000Z';
const words = ['meadow', 'harbour', 'lantern', 'copper', 'thistle', 'orchard', 'granite', 'willow', 'ember'];

/** Our own export file of one conversation: a chain of prompts and answers, each of about so many characters. */
export function longConversation({
  title,
  messages,
  characters,
}: {
  title: string;
  messages: number;
  characters: number;
}): string {
  const text = (index: number) => {
    const said = [`number${index}`];
    for (let length = 0; length < characters; length += 8)
      said.push(words[(index + length) % words.length] ?? '');
    return said.join(' ');
  };
  return JSON.stringify({
    format: 'sluice-conversation',
    version: 1,
    conversation: { id: 'c', title, pinned: false, archived: false, createdAt: at, updatedAt: at },
    messages: Array.from({ length: messages }, (_, index) => ({
      id: `m${index}`,
      parentId: index === 0 ? null : `m${index - 1}`,
      role: index % 2 === 0 ? 'user' : 'assistant',
      content: text(index),
      createdAt: at,
      ...(index % 2 === 1 && { reason: 'complete' }),
    })),
    images: {},
  });
}
