import { textOf } from '../packages/server/src/storage/message-content.ts';
import type { Database } from '../packages/server/src/storage/database.ts';
import type { MessageRecord } from '../packages/server/src/storage/message-store.ts';
import { indexWords } from '../packages/server/src/storage/search-words.ts';

const syllables = 'ka lo mi ren tu vas del por shi gan eru tol nis bra quo zem'.split(' ');
/** As common as words are: the first are in most texts, the last in few. */
const vocabulary = Array.from({ length: 20_000 }, (_, index) =>
  Array.from(index.toString(16), (digit) => syllables[parseInt(digit, 16)]).join(''),
);
const japanese = ['東京は日本の首都です', '人工知能について話しましょう', '機械学習は楽しい'];

/** Zipf's law, with a fixed sequence: every run fills the same. */
function createTexts(): (words: number) => string {
  let state = 42;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return (words) => {
    const text = Array.from(
      { length: words },
      () => vocabulary[Math.floor(vocabulary.length ** random()) - 1],
    );
    if (random() < 0.02) text.push(japanese[Math.floor(random() * japanese.length)]);
    return text.join(' ');
  };
}

/** What a search of such a store looks for, from the rarest word to the most common. */
export const queries = [
  vocabulary[15_000],
  vocabulary[500],
  vocabulary[20],
  vocabulary[0],
  `${vocabulary[3]} ${vocabulary[700]}`,
  'ka',
  '首都',
  '人工知能',
  'nothingofthekind',
].map(String);

const PER_TRANSACTION = 100;

/** Conversations of one user, alternately asked and answered. */
export async function fillStore(
  database: Database,
  { userId, conversations, messages }: { userId: string; conversations: number; messages: number },
): Promise<void> {
  const write = createTexts();
  const begin = Date.now() - conversations * 60_000;
  for (let start = 0; start < conversations; start += PER_TRANSACTION) {
    await database.transaction(async (stores) => {
      for (let index = start; index < Math.min(conversations, start + PER_TRANSACTION); index += 1) {
        const createdAt = begin + index * 60_000;
        const id = crypto.randomUUID();
        const title = write(6);
        await stores.conversations.insert({
          id,
          userId,
          title,
          isPinned: false,
          isArchived: false,
          settings: {},
          createdAt,
          updatedAt: createdAt,
        });
        await stores.search.insert({ userId, conversationId: id, messageId: null, words: indexWords(title) });
        const records = Array.from({ length: messages }, (_, place) =>
          toRecord({ id, place, createdAt, text: write(place % 2 === 0 ? 12 : 60) }),
        );
        for (const [place, record] of records.entries()) record.parentId = records[place - 1]?.id ?? null;
        await stores.messages.insert(records);
        for (const { id: messageId, content } of records) {
          await stores.search.insert({
            userId,
            conversationId: id,
            messageId,
            words: indexWords(textOf(content)),
          });
        }
      }
    });
  }
}

function toRecord(made: { id: string; place: number; createdAt: number; text: string }): MessageRecord {
  const isAnswer = made.place % 2 === 1;
  return {
    id: crypto.randomUUID(),
    conversationId: made.id,
    parentId: null,
    role: isAnswer ? 'assistant' : 'user',
    content: made.text,
    reasoning: null,
    continuesId: null,
    runId: null,
    model: isAnswer ? 'demo/sluice' : null,
    provider: isAnswer ? 'demo' : null,
    endReason: isAnswer ? 'complete' : null,
    errorCode: null,
    createdAt: made.createdAt + made.place,
  };
}
