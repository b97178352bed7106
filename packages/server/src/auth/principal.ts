import type { Scope } from './scope.ts';

/** Who makes a request, as of at most a second ago. */
export interface Principal {
  readonly userId: string;
  readonly email: string;
  readonly name: string | null;
  readonly role: 'admin' | 'user';
  readonly scopes: readonly Scope[];
  /** The app token's id; absent for a session. */
  readonly tokenId?: string;
  /** The session's id; absent for an app token. */
  readonly sessionId?: string;
  /** When the token expires, epoch ms. A stream that has begun may outlive it. */
  readonly expiresAt: number;
}
