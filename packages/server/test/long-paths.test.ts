import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SharedConversation } from '@sluice/shared';
import { beforeAll, describe, expect, it } from 'vitest';
import { toContext } from '../src/conversations/stored-content.ts';
import type { MessageRecord } from '../src/storage/message-store.ts';
import { makeMessage } from '../src/storage/rows.fixture.ts';
import { createConversation } from './_support/ask-in-conversation.ts';
import { useServer } from './_support/use-server.ts';

const pair = useServer();

const MESSAGES = 40_000;
const text = 'A sentence that says little, several times over, and ends. '.repeat(6);

let conversationId: string;
const path: MessageRecord[] = [];

beforeAll(async () => {
  ({ id: conversationId } = await createConversation(pair.server, { title: 'Long' }));
  for (let index = 0; index < MESSAGES; index += 1) {
    const isAnswer = index % 2 === 1;
    path.push(
      makeMessage(conversationId, {
        parentId: path.at(-1)?.id ?? null,
        role: isAnswer ? 'assistant' : 'user',
        content: text,
        endReason: isAnswer ? 'complete' : null,
      }),
    );
  }
  for (let start = 0; start < MESSAGES; start += 200) {
    await pair.server.rooms.database.messages.insert(path.slice(start, start + 200));
  }
});

/**
 * What the thread does in one turn of its loop while `work` goes on.
 * @returns the longest, in milliseconds of its own time: others on the machine do not count
 */
async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  const spent = () => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  let isOver = false;
  let longest = 0;
  let last = spent();
  const turn = () => {
    longest = Math.max(longest, spent() - last);
    last = spent();
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  isOver = true;
  // The one in which it ended counts too.
  await nextTurn();
  return longest;
}

async function read(url: string): Promise<number> {
  const response = await pair.server.call(url);
  expect(response.status).toBe(200);
  let bytes = 0;
  for await (const chunk of response.body ?? []) bytes += (chunk as Uint8Array).length;
  return bytes;
}

/** Ten are aimed at; garbage is collected in between. */
const MAX_TURN_MS = 50;

describe('a path of tens of thousands of messages', { timeout: 60_000 }, () => {
  it.each([
    ['exported as Markdown', () => read(`/api/conversations/${conversationId}/export?format=markdown`)],
    ['exported as JSON', () => read(`/api/conversations/${conversationId}/export?format=json`)],
    ['shared', () => pair.server.call(`/api/conversations/${conversationId}/shares`, { body: {} })],
    [
      'read as a model is told it',
      async () => {
        const { messages, images } = pair.server.rooms.database;
        const found = await messages.findPath(path.at(-1)?.id ?? '', conversationId);
        expect(await toContext(found, images)).toHaveLength(MESSAGES);
      },
    ],
  ])('is %s without holding the thread', async (name, work) => {
    const longest = await longestTurn(work);
    console.log(`long-paths: ${name}: ${longest.toFixed(1)} ms at once`);
    expect(longest).toBeLessThan(MAX_TURN_MS);
  });

  it('is read by whoever has the link, whole, without holding the thread', async () => {
    const response = await pair.server.call(`/api/conversations/${conversationId}/shares`, { body: {} });
    const { id } = (await response.json()) as { id: string };
    const longest = await longestTurn(() => read(`/api/shares/${id}`));
    console.log(`long-paths: read by link: ${longest.toFixed(1)} ms at once`);
    expect(longest).toBeLessThan(MAX_TURN_MS);
    const shared = (await (await pair.server.call(`/api/shares/${id}`)).json()) as SharedConversation;
    expect(shared.messages.map((message) => message.id)).toEqual(path.map((message) => message.id));
  });
});
