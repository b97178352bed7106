import { type Logger, pino } from 'pino';

export type { Logger };

/** One JSON object per line on stdout. ERROR means that a person must act. */
export function createLogger(level: string): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime });
}
