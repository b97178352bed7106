/**
 * Postgres' code of a failure, https://www.postgresql.org/docs/current/errcodes-appendix.html
 * @returns undefined for what the server did not say: no code, or one of the operating system's, such as EPIPE
 */
export function sqlStateOf(error: unknown): string | undefined {
  const { code } = error instanceof Error ? (error as Error & { code?: unknown }) : {};
  return typeof code === 'string' && /^(?=.*\d)[0-9A-Z]{5}$/.test(code) ? code : undefined;
}
