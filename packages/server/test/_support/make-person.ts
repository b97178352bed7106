import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { ImportResult } from '@sluice/shared';
import { type TestServer, lastOf, readEvents } from './start-server.ts';

/** Everything of a person's that has an id. */
export interface Ids {
  user: string;
  session: string;
  token: string;
  conversation: string;
  prompt: string;
  answer: string;
  run: string;
  /** An app's own id of one, in which something was asked. */
  chat: string;
  /** A conversation with a picture, and the picture's hash, which nobody else has. */
  gallery: string;
  image: string;
  share: string;
}

export interface Person {
  email: string;
  ids: Ids;
  /** Access token of a session, which may do all that the role may. */
  session: string;
  refreshToken: string;
}

const password = 'a password of somebody';
/** Somebody who has one of everything, signed in. @param hasGallery which takes longest */
export async function makePerson(
  server: TestServer,
  { role = 'user', hasGallery = true }: { role?: 'admin' | 'user'; hasGallery?: boolean } = {},
): Promise<Person> {
  const { auth } = server.rooms;
  const email = `${randomUUID()}@example.com`;
  const { id: user } = await auth.createUser({ email, role, password });
  const { session, refreshToken } = await auth.login({ email, password });
  const token = session.accessToken;
  const post = async (path: string, body: object) => {
    const response = await server.call(path, { body, token });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return response;
  };
  const idOf = async (path: string, body: object) =>
    ((await (await post(path, body)).json()) as { id: string }).id;
  const conversation = await idOf('/api/conversations', { title: `Of ${email}` });
  const chat = randomUUID();
  const answer = await post('/api/ai-sdk/chat', {
    id: chat,
    conversationId: conversation,
    message: `Of ${email}`,
  });
  await answer.text();
  const run = answer.headers.get('x-run-id') ?? '';
  const events = await readEvents(await server.call(`/api/runs/${run}/events`, { token }));
  const picture = randomBytes(32);
  const gallery = hasGallery ? await importGallery(post, picture) : '';
  const start = lastOf(events, 'run-start');
  const ids: Ids = {
    user,
    session: (await auth.authenticate(token)).sessionId ?? '',
    token: await idOf('/api/tokens', { name: 'everything' }),
    conversation,
    prompt: start?.userMessageId ?? '',
    answer: start?.messageId ?? '',
    run,
    chat,
    gallery,
    image: hashOf(picture),
    share: await idOf(`/api/conversations/${conversation}/shares`, {}),
  };
  return { email, ids, session: token, refreshToken };
}

/** Ids of the same form that nobody has. */
export function makeUnknownIds(): Ids {
  const id = randomUUID;
  return {
    user: id(),
    session: id(),
    token: id(),
    conversation: id(),
    prompt: id(),
    answer: id(),
    run: id(),
    chat: id(),
    gallery: id(),
    image: id().replaceAll('-', '').repeat(2),
    share: Buffer.from(id().replaceAll('-', ''), 'hex').toString('base64url'),
  };
}

async function importGallery(
  post: (path: string, body: object) => Promise<Response>,
  picture: Buffer,
): Promise<string> {
  const response = await post('/api/conversations/import', galleryOf(picture));
  const { conversations } = (await response.json()) as ImportResult;
  return conversations[0]?.id ?? '';
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** An export of a conversation that shows one picture. */
export function galleryOf(picture: Buffer) {
  const at = '2026-01-01T00:00:00Z';
  const sha256 = hashOf(picture);
  return {
    format: 'sluice-conversation',
    version: 1,
    conversation: { id: 'x', title: 'Gallery', pinned: false, archived: false, createdAt: at, updatedAt: at },
    messages: [
      {
        id: 'm',
        parentId: null,
        role: 'user',
        createdAt: at,
        content: [{ type: 'image', mediaType: 'image/png', sha256 }],
      },
    ],
    images: { [sha256]: { mediaType: 'image/png', data: picture.toString('base64') } },
  };
}
