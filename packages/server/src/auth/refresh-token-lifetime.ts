/** Thirty days from its issue; each refresh issues a new one, so a session in use does not end by itself. */
export const REFRESH_TOKEN_LIFETIME_MS = 30 * 24 * 3_600_000;
