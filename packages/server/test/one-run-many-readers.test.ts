import { randomUUID } from 'node:crypto';
import { type RunState, foldEvents } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { type AiSdkMessage, aiSdkMajors } from './_support/ai-sdk-majors.ts';
import { openSocket } from './_support/open-socket.ts';
import { type TestServer, readEvents } from './_support/start-server.ts';
import { useReplicas } from './_support/use-replicas.ts';
import { useServer } from './_support/use-server.ts';

const answer = { tokens: 150, delayMs: 8 };
const text = Array.from({ length: answer.tokens }, (_, index) => ` t${index}`).join('');

const textOf = (message: AiSdkMessage | undefined) =>
  message?.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');

async function runningOf(server: TestServer): Promise<RunState[]> {
  const response = await server.call('/api/runs?active=true');
  return ((await response.json()) as { runs: RunState[] }).runs;
}

/** An AI SDK client asks at one server; at another, or the same, two tabs, a socket and another AI SDK client follow. @returns what each has in the end */
async function followOneRun(
  asked: TestServer,
  followed: TestServer,
): Promise<Record<string, string | undefined>> {
  const [, sdk] = aiSdkMajors.at(-1)!;
  const id = randomUUID();
  const openChat = ({ url, token }: TestServer) =>
    new sdk.Chat({
      id,
      transport: new sdk.DefaultChatTransport({
        api: `${url}/api/ai-sdk/chat`,
        headers: { Authorization: `Bearer ${token}` },
      }),
    });
  const asking = openChat(asked);
  const answered = asking.sendMessage({ text: 'Hi' });
  await expect.poll(() => textOf(asking.messages[1])?.length ?? 0).toBeGreaterThan(30);
  const [run] = await runningOf(followed);
  const path = `/api/runs/${run?.runId}/events`;
  const readTab = async (server: TestServer) =>
    foldEvents((await readEvents(await server.call(path))).map(({ event }) => event)).content;
  using socket = await openSocket(followed);
  socket.send({ type: 'resume', id: 'a', runId: run?.runId, after: 0 });
  const resuming = openChat(followed);
  const [firstTab, secondTab] = await Promise.all([
    readTab(followed),
    readTab(asked),
    socket.sees('done', 'a'),
    resuming.resumeStream(),
    answered,
  ]);
  return {
    asker: textOf(asking.messages.at(-1)),
    'first tab': firstTab,
    'second tab': secondTab,
    socket: socket.text('a'),
    'AI SDK client that came back': textOf(resuming.messages.at(-1)),
  };
}

const theSame = {
  asker: text,
  'first tab': text,
  'second tab': text,
  socket: text,
  'AI SDK client that came back': text,
};

describe('two tabs, a WebSocket and AI SDK clients that follow one run', () => {
  const pair = useServer();

  it('end with the same text', async () => {
    pair.upstream.script(answer);
    expect(await followOneRun(pair.server, pair.server)).toEqual(theSame);
    expect(pair.upstream.stats.requests).toBe(1);
  });
});

describe('the same at two servers', () => {
  const pair = useReplicas();

  it('end with the same text, and the socket can end it from the other', async () => {
    const [one, other] = pair.servers;
    pair.upstream.script(answer);
    expect(await followOneRun(one, other)).toEqual(theSame);
    expect(pair.upstream.stats.requests).toBe(1);
    pair.upstream.script({ tokens: 5000, delayMs: 8 });
    using asker = await openSocket(one);
    asker.send({ type: 'chat', id: 'a', message: 'Hi' });
    const { runId } = await asker.sees('run-start', 'a');
    using follower = await openSocket(other, { token: one.token });
    follower.send({ type: 'resume', id: 'b', runId, after: 0 });
    await follower.sees('token', 'b');
    follower.send({ type: 'stop', id: 'b' });
    const ends = await Promise.all([asker.sees('done', 'a'), follower.sees('done', 'b')]);
    expect(ends.map(({ reason }) => reason)).toEqual(['stopped', 'stopped']);
    expect(follower.text('b')).toBe(asker.text('a'));
  });

  it('and what it was asked with is not known at the other, which refuses to steer it before it is ended', async () => {
    const [one, other] = pair.servers;
    pair.upstream.script({ tokens: 5000, delayMs: 8 });
    const created = await one.call('/api/conversations', { body: {} });
    const { id: conversationId } = (await created.json()) as { id: string };
    using asker = await openSocket(one);
    asker.send({ type: 'chat', id: 'a', message: 'Hi', conversationId });
    const { runId } = await asker.sees('run-start', 'a');
    using follower = await openSocket(other, { token: one.token });
    follower.send({ type: 'resume', id: 'b', runId, after: 0 });
    await follower.sees('token', 'b');
    follower.send({ type: 'steer', id: 'b', content: 'Second' });
    expect(await follower.sees('error', 'b')).toMatchObject({
      code: 'invalid_request',
      error: expect.stringContaining('id: the options it was asked with are not known here'),
    });
    const soFar = asker.text('a').length;
    await expect.poll(() => asker.text('a').length).toBeGreaterThan(soFar);
    expect(pair.upstream.stats).toMatchObject({ active: 1, aborted: 0 });
    follower.send({ type: 'stop', id: 'b' });
    expect(await asker.sees('done', 'a')).toMatchObject({ reason: 'stopped' });
  });
});
