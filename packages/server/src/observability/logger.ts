import { type Logger, pino } from 'pino';

export type { Logger };

/** One JSON object per line on stdout. ERROR means that a person must act. */
export function createLogger(level: string): Logger {
  // Not pino's own way to the descriptor, which tries again for ever where the terminal has gone, and never lets the process end.
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, process.stdout);
}
