import type { SluiceError, User } from '@sluice/shared';

export type SessionState =
  | { status: 'restoring' }
  | { status: 'anonymous' }
  /** The server could not be asked; nothing is known. */
  | { status: 'unreachable'; error: SluiceError | null }
  | { status: 'active'; user: User }
  /** Was active; the page stays as it is behind the sign-in form. */
  | { status: 'expired'; user: User };
