import {
  type Connection,
  type LoginRequest,
  type Session,
  type SetupRequest,
  SluiceError,
  sendRequest,
  sessionSchema,
} from '@sluice/shared';
import type { SessionState } from './session-state.ts';

/** How long before its end an access token is renewed. */
const RENEW_BEFORE_MS = 60_000;
/** A token with less than this left is not sent any more. */
const USABLE_MS = 5_000;

/** What the session needs of the platform; tests bring their own. */
export interface SessionPorts {
  fetch: typeof fetch;
  now: () => number;
  setTimer: (callback: () => void, ms: number) => () => void;
  /** Runs `work` while no other tab runs its own: two tabs that renew at once are one renewal. */
  inTurn: <T>(work: () => Promise<T>) => Promise<T>;
}

export interface SessionStore {
  subscribe: (listener: () => void) => () => void;
  getState: () => SessionState;
  /** Asks the server whether the refresh cookie still holds a session. */
  restore: () => Promise<void>;
  /** @throws {SluiceError} what the server refused it with */
  signIn: (request: LoginRequest) => Promise<void>;
  /** @throws {SluiceError} what the server refused it with */
  setUp: (request: SetupRequest) => Promise<void>;
  signOut: () => Promise<void>;
  /** Forgets the session without a request: another tab has signed out. */
  forget: () => void;
  /** For every request of the client: the access token, renewed when it is about to expire. */
  connection: Connection;
}

interface Token {
  value: string;
  expiresAtMs: number;
}

export function createSession(ports: SessionPorts): SessionStore {
  const anonymous: Connection = { baseUrl: '', fetch: ports.fetch };
  const listeners = new Set<() => void>();
  let state: SessionState = { status: 'restoring' };
  let token: Token | null = null;
  let renewal: Promise<Token> | null = null;
  let cancelTimer = () => {};

  function setState(next: SessionState): void {
    state = next;
    for (const listener of listeners) listener();
  }

  function enter({ accessToken, expiresIn, user }: Session): Token {
    const lifeMs = expiresIn * 1000;
    token = { value: accessToken, expiresAtMs: ports.now() + lifeMs };
    cancelTimer();
    const renewInMs = Math.max(lifeMs / 2, lifeMs - RENEW_BEFORE_MS);
    // A failed renewal is tried again by the next request.
    cancelTimer = ports.setTimer(() => void renew().catch(() => undefined), renewInMs);
    const isSameUser = 'user' in state && state.user.id === user.id;
    setState({ status: 'active', user: isSameUser && 'user' in state ? state.user : user });
    return token;
  }

  function leave(next: SessionState): void {
    cancelTimer();
    token = null;
    setState(next);
  }

  async function post(path: string, body: object): Promise<Response> {
    return sendRequest(anonymous, `/api/auth/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  async function askForSession(path: string, body: object): Promise<Token> {
    return enter(sessionSchema.parse(await (await post(path, body)).json()));
  }

  /** One request however many ask for it. */
  function renew(): Promise<Token> {
    renewal ??= ports
      .inTurn(() => askForSession('refresh', {}))
      .catch((error: unknown) => {
        const isOver = error instanceof SluiceError && error.code.startsWith('token_');
        if (isOver && 'user' in state) leave({ status: 'expired', user: state.user });
        throw error;
      })
      .finally(() => {
        renewal = null;
      });
    return renewal;
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getState: () => state,
    async restore() {
      try {
        await renew();
      } catch (error) {
        const refusal = error instanceof SluiceError ? error : null;
        const isOver = refusal?.code.startsWith('token_') === true;
        setState(isOver ? { status: 'anonymous' } : { status: 'unreachable', error: refusal });
      }
    },
    async signIn(request) {
      await askForSession('login', request);
    },
    async setUp(request) {
      await askForSession('setup', request);
    },
    async signOut() {
      await post('logout', {});
      leave({ status: 'anonymous' });
    },
    forget: () => leave({ status: 'anonymous' }),
    connection: {
      baseUrl: '',
      async fetch(input, init) {
        const response = await ports.fetch(input, init);
        // Whatever was wrong with the token: either the session still gives another one, or it is over.
        if (response.status === 401) void renew().catch(() => undefined);
        return response;
      },
      async getToken({ isExpired }) {
        const isUsable = token !== null && !isExpired && token.expiresAtMs - ports.now() > USABLE_MS;
        if (isUsable && token !== null) return token.value;
        return (await renew()).value;
      },
    },
  };
}
