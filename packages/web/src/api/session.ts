import {
  type Connection,
  type LoginRequest,
  type Session,
  type SetupRequest,
  SluiceError,
  type User,
  errorEntry,
  sendRequest,
  sessionSchema,
} from '@sluice/shared';
import type { SessionState } from './session-state.ts';

/** How long before its end an access token is renewed. */
const RENEW_BEFORE_MS = 60_000;
/** A token with less than this left is not sent any more. */
const USABLE_MS = 5_000;

/** How long to wait before the server is asked again for the session of the cookie: networks change, servers restart. */
const RESTORE_DELAYS_MS = [300, 1000, 3000];

/** What the session needs of the platform; tests bring their own. */
export interface SessionPorts {
  fetch: typeof fetch;
  now: () => number;
  setTimer: (callback: () => void, ms: number) => () => void;
  /** Runs `work` while no other tab runs its own: two tabs that renew at once are one renewal. */
  inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  /** Whether someone has signed in here: nobody else need be asked, and refused, on each visit. */
  mark: { isSet: () => boolean; set: (isSet: boolean) => void };
}

interface Token {
  value: string;
  expiresAtMs: number;
}

function isSame(a: User, b: User): boolean {
  return a.id === b.id && a.email === b.email && a.name === b.name && a.role === b.role;
}

/** The signed-in user and the access token, which lives here and nowhere else. Methods may be passed on as they are. */
export class SessionStore {
  readonly #ports: SessionPorts;
  readonly #listeners = new Set<() => void>();
  #state: SessionState = { status: 'restoring' };
  #token: Token | null = null;
  #renewal: Promise<Token> | null = null;
  #cancelTimer = () => {};

  constructor(ports: SessionPorts) {
    this.#ports = ports;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getState = (): SessionState => this.#state;

  /** For every request of the client: the access token, renewed when it is about to expire. */
  readonly connection: Connection = {
    baseUrl: '',
    fetch: async (input, init) => {
      const response = await this.#ports.fetch(input, init);
      // Whatever was wrong with the token: either the session still gives another one, or it is over.
      if (response.status === 401) void this.#renew().catch(() => undefined);
      return response;
    },
    getToken: async ({ isExpired }) => {
      const token = this.#token;
      const isUsable = token !== null && !isExpired && token.expiresAtMs - this.#ports.now() > USABLE_MS;
      return isUsable ? token.value : (await this.#renew()).value;
    },
  };

  /** Asks the server whether the refresh cookie still holds a session, if there can be one. */
  async restore(): Promise<void> {
    if ('user' in this.#state) return;
    if (!this.#ports.mark.isSet()) return this.#setState({ status: 'anonymous' });
    try {
      await this.#renewPatiently();
    } catch (error) {
      const refusal = error instanceof SluiceError ? error : null;
      if (refusal?.code.startsWith('token_')) this.#leave({ status: 'anonymous' });
      else this.#setState({ status: 'unreachable', error: refusal });
    }
  }

  /** @throws {SluiceError} what the server refused it with */
  async signIn(request: LoginRequest): Promise<void> {
    await this.#askForSession('login', request);
  }

  /** @throws {SluiceError} what the server refused it with */
  async setUp(request: SetupRequest): Promise<void> {
    await this.#askForSession('setup', request);
  }

  async signOut(): Promise<void> {
    await this.#post('logout', {});
    this.forget();
  }

  /** Ends all sessions of the user, this one included. @throws {SluiceError} what the server refused it with */
  async signOutEverywhere(): Promise<void> {
    await sendRequest(this.connection, '/api/me/sessions', { method: 'DELETE' });
    this.forget();
  }

  /** Takes in what has become of the user's own account. */
  noteUser(user: User): void {
    const state = this.#state;
    // The same object for the same user, so that nothing is drawn again.
    if ('user' in state && !isSame(state.user, user)) this.#setState({ ...state, user });
  }

  /** Forgets the session without a request: another tab has signed out. */
  forget(): void {
    this.#leave({ status: 'anonymous' });
  }

  #setState(next: SessionState): void {
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }

  #enter({ accessToken, expiresIn, user }: Session): Token {
    const lifeMs = expiresIn * 1000;
    const token = { value: accessToken, expiresAtMs: this.#ports.now() + lifeMs };
    this.#token = token;
    this.#ports.mark.set(true);
    this.#cancelTimer();
    const renewInMs = Math.max(lifeMs / 2, lifeMs - RENEW_BEFORE_MS);
    // A failed renewal is tried again by the next request.
    this.#cancelTimer = this.#ports.setTimer(() => void this.#renew().catch(() => undefined), renewInMs);
    const known = 'user' in this.#state ? this.#state.user : null;
    this.#setState({ status: 'active', user: known !== null && isSame(known, user) ? known : user });
    return token;
  }

  #leave(next: SessionState): void {
    this.#cancelTimer();
    this.#ports.mark.set(false);
    this.#token = null;
    this.#setState(next);
  }

  async #post(path: string, body: object): Promise<Response> {
    return sendRequest({ baseUrl: '', fetch: this.#ports.fetch }, `/api/auth/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  async #askForSession(path: string, body: object): Promise<Token> {
    return this.#enter(sessionSchema.parse(await (await this.#post(path, body)).json()));
  }

  /** One request however many ask for it. */
  #renew(): Promise<Token> {
    this.#renewal ??= this.#ports
      .inTurn(() => this.#askForSession('refresh', {}))
      .catch((error: unknown) => {
        const isOver = error instanceof SluiceError && error.code.startsWith('token_');
        if (isOver && 'user' in this.#state) this.#leave({ status: 'expired', user: this.#state.user });
        throw error;
      })
      .finally(() => {
        this.#renewal = null;
      });
    return this.#renewal;
  }

  async #renewPatiently(): Promise<void> {
    for (const delayMs of [...RESTORE_DELAYS_MS, null]) {
      try {
        await this.#renew();
        return;
      } catch (error) {
        const isFinal = error instanceof SluiceError && !errorEntry(error.code).retryable;
        if (isFinal || delayMs === null) throw error;
        await new Promise<void>((resolve) => this.#ports.setTimer(resolve, delayMs));
      }
    }
  }
}
