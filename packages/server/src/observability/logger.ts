import { type DestinationStream, type Logger, pino } from 'pino';
import { currentScope } from './request-scope.ts';
import { serializeError } from './serialize-error.ts';

export type { Logger };

/** Nobody is to log them; should somebody do so, they stay out of the log. */
const secretFields = [
  'apiKey',
  'authorization',
  'cookie',
  'currentPassword',
  'newPassword',
  'password',
  'proxy-authorization',
  'refreshToken',
  'secret',
  'set-cookie',
  'token',
  'x-api-key',
  'x-goog-api-key',
];
/** Of the line itself, and two steps into what it holds. */
const redactedPaths = secretFields.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]);

/**
 * One JSON object per line, with the request that it is about. ERROR means that a person must act.
 * @param destination stdout, unless given
 */
export function createLogger(level: string, destination: DestinationStream = process.stdout): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    // The newest has the last word: a line that names its own request is about that.
    mixin: () => {
      const scope = currentScope();
      return scope === undefined ? {} : { requestId: scope.requestId, userId: scope.userId };
    },
    redact: { paths: redactedPaths, censor: '[redacted]' },
    serializers: { err: (error: unknown) => serializeError(error) },
  };
  // Not pino's own way to the descriptor, which tries again for ever where the terminal has gone, and never lets the process end.
  return pino(options, destination);
}
