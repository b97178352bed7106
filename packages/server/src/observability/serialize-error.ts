import { SluiceError } from '@sluice/shared';

interface SerializedError {
  type: string;
  message: string;
  /** Of a SluiceError, of the system or of a database. */
  code?: string;
  stack?: string;
  cause?: SerializedError;
}

const MAX_CAUSES = 5;
/** Their messages quote what they could not read: a body, and so a prompt or a key. */
const quoting = new Set(['SyntaxError', 'ZodError', 'URIError']);

/**
 * An error as the log may have it. By name: other fields of errors hold headers, bodies and rows.
 * @returns type, message, code and stack, of its causes too
 */
export function serializeError(error: unknown, depth = 0): SerializedError {
  if (!(error instanceof Error)) return { type: typeof error, message: 'thrown without an Error' };
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  const type = error.constructor.name;
  const isQuoting = quoting.has(type) || isOfHttp(error);
  return {
    type,
    message: isQuoting ? '' : error.message,
    ...(typeof code === 'string' && /^\w{1,64}$/.test(code) && { code }),
    ...(error.stack !== undefined && { stack: framesOf(error.stack) }),
    ...(cause !== undefined && depth < MAX_CAUSES && { cause: serializeError(cause, depth + 1) }),
  };
}

/** Of an SDK or a body parser, which make their message of what the other side sent. */
function isOfHttp(error: Error): boolean {
  return (
    !(error instanceof SluiceError) && ('status' in error || 'statusCode' in error || 'headers' in error)
  );
}

/** Without the message, which stands before them and may have lines of its own. */
function framesOf(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at .+[:)\d]$/.test(line))
    .map((line) => line.trim())
    .join('\n');
}
