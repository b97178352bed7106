/** `note`: nothing is wrong. `warn`: something may be, or will be. `fail`: people meet it. */
export type Level = 'ok' | 'note' | 'warn' | 'fail';

/** What a check has come to, in words for the terminal; never a secret. */
export interface Finding {
  level: Level;
  /** What was looked at: for programs, which keep to it. */
  check: string;
  says: string;
  /** What to do, a line each. */
  fixes: readonly string[];
}

type Told = (check: string, says: string, fixes?: readonly string[]) => Finding;

const tell =
  (level: Level): Told =>
  (check, says, fixes = []) => ({ level, check, says, fixes });

export const ok = tell('ok');
export const note = tell('note');
export const warn = tell('warn');
export const fail = tell('fail');
