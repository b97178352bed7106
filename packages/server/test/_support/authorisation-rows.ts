import { randomBytes } from 'node:crypto';
import { type Ids, galleryOf } from './make-person.ts';

export interface Row {
  /**
   * What lets a caller in: a scope, which every session of a sufficient role has; a session; a session of an administrator;
   * or nothing that a Bearer token could give.
   */
  needs: 'chat' | 'history' | 'usage' | 'session' | 'admin session' | 'nothing';
  /** The ids that the request names, in its path, its query or its body: each must be the caller's own. */
  uses?: readonly (keyof Ids)[];
  /** Administrators may name others' ids as well. */
  isForAdmins?: true;
  /** Overrides the row's path, whose `:id` is the first of `uses`. */
  path?: (ids: Ids) => string;
  body?: (ids: Ids) => unknown;
  /** The status when the caller may, and names what is there. */
  ok: number;
}

const chatRows = (route: string): Record<string, Row> => ({
  [route]: { needs: 'chat', body: () => ({ message: 'Hi' }), ok: 200 },
  [`${route} (sending)`]: {
    needs: 'chat',
    uses: ['conversation', 'answer'],
    body: ({ conversation, answer }) => ({ conversationId: conversation, parentId: answer, message: 'Hi' }),
    ok: 200,
  },
  [`${route} (regenerating)`]: {
    needs: 'chat',
    uses: ['conversation', 'prompt'],
    body: ({ conversation, prompt }) => ({ conversationId: conversation, parentId: prompt }),
    ok: 200,
  },
});

/** A row for each route, by `METHOD /path`, and more for those that name ids in other ways: ` (so)` after the route. */
export const authorisationRows: Readonly<Record<string, Row>> = {
  ...chatRows('POST /api/chat/stream'),
  ...chatRows('POST /api/chat'),
  'POST /v1/chat/completions': {
    needs: 'chat',
    body: () => ({ messages: [{ role: 'user', content: 'Hi' }] }),
    ok: 200,
  },
  'POST /v1/messages': {
    needs: 'chat',
    body: () => ({ max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] }),
    ok: 200,
  },
  'GET /v1/models': { needs: 'chat', ok: 200 },
  'GET /v1/models/:id': { needs: 'chat', path: () => '/v1/models/anthropic/claude-sonnet-5-5', ok: 200 },
  'POST /api/ai-sdk/chat': { needs: 'chat', body: () => ({ message: 'Hi' }), ok: 200 },
  'POST /api/ai-sdk/chat (sending)': {
    needs: 'chat',
    uses: ['conversation', 'answer'],
    body: ({ conversation, answer }) => ({ conversationId: conversation, parentId: answer, message: 'Hi' }),
    ok: 200,
  },
  // Chats that nobody has asked in are not told from others': ai-sdk-routes.test.ts has those.
  'GET /api/ai-sdk/chat/:id/stream': { needs: 'chat', path: () => '/api/ai-sdk/chat/c/stream', ok: 204 },
  'POST /api/ai-sdk/chat/:id/stop': { needs: 'chat', uses: ['chat'], ok: 200 },
  'GET /api/models': { needs: 'chat', ok: 200 },
  'GET /api/runs': { needs: 'chat', path: () => '/api/runs?active=true', ok: 200 },
  'GET /api/runs/:id': { needs: 'chat', uses: ['run'], ok: 200 },
  'GET /api/runs/:id/events': { needs: 'chat', uses: ['run'], ok: 200 },
  'POST /api/runs/:id/stop': { needs: 'chat', uses: ['run'], ok: 200 },

  'GET /api/conversations': { needs: 'history', ok: 200 },
  'GET /api/conversations (searching)': {
    needs: 'history',
    path: () => '/api/conversations?q=example',
    ok: 200,
  },
  'POST /api/conversations': { needs: 'history', body: () => ({}), ok: 201 },
  'POST /api/conversations/import': { needs: 'history', body: () => galleryOf(randomBytes(32)), ok: 200 },
  'GET /api/conversations/:id': { needs: 'history', uses: ['conversation'], ok: 200 },
  'PATCH /api/conversations/:id': {
    needs: 'history',
    uses: ['conversation'],
    body: () => ({ title: 'New' }),
    ok: 200,
  },
  'DELETE /api/conversations/:id': { needs: 'history', uses: ['conversation'], ok: 204 },
  'GET /api/conversations/:id/messages': { needs: 'history', uses: ['conversation'], ok: 200 },
  'GET /api/conversations/:id/images/:sha256': {
    needs: 'history',
    uses: ['gallery', 'image'],
    path: ({ gallery, image }) => `/api/conversations/${gallery}/images/${image}`,
    ok: 200,
  },
  'GET /api/conversations/:id/export': { needs: 'history', uses: ['conversation'], ok: 200 },
  'POST /api/conversations/:id/shares': {
    needs: 'history',
    uses: ['conversation', 'answer'],
    body: ({ answer }) => ({ messageId: answer }),
    ok: 201,
  },
  'GET /api/conversations/:id/shares': { needs: 'history', uses: ['conversation'], ok: 200 },
  'DELETE /api/shares/:id': { needs: 'history', uses: ['share'], ok: 204 },
  'GET /api/usage': { needs: 'usage', ok: 200 },
  'GET /api/usage (of a user)': {
    needs: 'usage',
    uses: ['user'],
    isForAdmins: true,
    path: ({ user }) => `/api/usage?user=${user}`,
    ok: 200,
  },

  'GET /api/me/limits': { needs: 'chat', ok: 200 },
  'GET /api/me': { needs: 'chat', ok: 200 },
  'PATCH /api/me': { needs: 'session', body: () => ({ name: 'New' }), ok: 200 },
  'POST /api/me/password': {
    needs: 'session',
    body: () => ({ currentPassword: 'a password of somebody', newPassword: 'another password of theirs' }),
    ok: 204,
  },
  'GET /api/me/sessions': { needs: 'session', ok: 200 },
  'DELETE /api/me/sessions/:id': { needs: 'session', uses: ['session'], ok: 204 },
  'DELETE /api/me/sessions': { needs: 'session', ok: 204 },
  'POST /api/tokens': { needs: 'session', body: () => ({ name: 'New' }), ok: 201 },
  'GET /api/tokens': { needs: 'session', ok: 200 },
  'DELETE /api/tokens/:id': { needs: 'session', uses: ['token'], ok: 204 },

  'GET /api/admin/users': { needs: 'admin session', ok: 200 },
  'POST /api/admin/users': {
    needs: 'admin session',
    body: () => ({ email: `${crypto.randomUUID()}@example.com` }),
    ok: 201,
  },
  'GET /api/admin/users/:id': { needs: 'admin session', uses: ['user'], isForAdmins: true, ok: 200 },
  'PATCH /api/admin/users/:id': {
    needs: 'admin session',
    uses: ['user'],
    isForAdmins: true,
    body: () => ({ name: 'New' }),
    ok: 200,
  },

  'GET /api/admin/limits': { needs: 'admin session', ok: 200 },
  'PUT /api/admin/limits': {
    needs: 'admin session',
    uses: ['user'],
    isForAdmins: true,
    body: ({ user }) => ({ subject: 'user', id: user, period: 'day', unit: 'requests', amount: 1000 }),
    ok: 200,
  },
  'PUT /api/admin/limits (of a token)': {
    needs: 'admin session',
    uses: ['token'],
    isForAdmins: true,
    body: ({ token }) => ({ subject: 'token', id: token, period: 'month', unit: 'tokens', amount: 1e9 }),
    ok: 200,
  },

  'POST /api/auth/setup': { needs: 'nothing', body: () => ({}), ok: 400 },
  'POST /api/auth/login': { needs: 'nothing', body: () => ({}), ok: 400 },
  'POST /api/auth/refresh': { needs: 'nothing', body: () => ({}), ok: 403 },
  'POST /api/auth/logout': { needs: 'nothing', body: () => ({}), ok: 403 },
  'GET /api/shares/:id': { needs: 'nothing', uses: ['share'], ok: 200 },
  // A plain request: it is no WebSocket, whose tests say what one needs.
  'GET /api/ws': { needs: 'nothing', ok: 400 },
  'POST /api/doctor/stream': { needs: 'nothing', ok: 401 },
  'POST /api/doctor/body': { needs: 'nothing', ok: 401 },
  'GET /healthz': { needs: 'nothing', ok: 200 },
  'GET /readyz': { needs: 'nothing', ok: 200 },
  'GET /openapi.json': { needs: 'nothing', ok: 200 },
  'GET /docs': { needs: 'nothing', ok: 200 },
  'GET /docs/errors': { needs: 'nothing', ok: 200 },
  'GET /{*path}': { needs: 'nothing', path: () => '/api/nowhere', ok: 404 },
};

/** A request of a row, with these ids. */
export function requestOf(
  name: string,
  row: Row,
  ids: Ids,
): { method: string; path: string; body?: unknown } {
  const [method = '', route = ''] = name.split(' ');
  const [first] = row.uses ?? [];
  const path = row.path?.(ids) ?? route.replace(/:\w+/, first === undefined ? '' : ids[first]);
  return { method, path, ...(row.body && { body: row.body(ids) }) };
}
