const DAY_MS = 86_400_000;

/** Thirty days from its issue; each refresh issues a new one. */
export const REFRESH_TOKEN_LIFETIME_MS = 30 * DAY_MS;

/** However much it is used, a session ends so long after its sign-in: what was stolen of it unseen does not last for ever. */
export const SESSION_LIFETIME_MS = 90 * DAY_MS;
