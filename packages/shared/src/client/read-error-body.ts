import { errorBodySchema } from '../error-body.ts';
import { type ErrorCode, isErrorCode } from '../error-code.ts';
import { SluiceError } from '../sluice-error.ts';

/**
 * Turns a refused request into the error the server meant.
 * @param response any response that is not the one asked for; its body is read
 * @returns the server's code; when something in between answered `unavailable` (502 to 504), `internal` (other 5xx) or `invalid_request`
 */
export async function readErrorBody(response: Response): Promise<SluiceError> {
  const retryAfterSeconds = Number(response.headers.get('retry-after') ?? NaN);
  const retryAfter = Number.isFinite(retryAfterSeconds) ? { retryAfterMs: retryAfterSeconds * 1000 } : {};
  const text = await response.text().catch(() => '');
  const parsed = errorBodySchema.safeParse(parseJson(text));
  if (parsed.success && isErrorCode(parsed.data.code)) {
    const { code, detail, requestId } = parsed.data;
    return new SluiceError(code, { detail, requestId, ...retryAfter });
  }
  const code = codeOf(response.status);
  return new SluiceError(code, { detail: `The server answered ${response.status}`, ...retryAfter });
}

function codeOf(status: number): ErrorCode {
  if ([502, 503, 504].includes(status)) return 'unavailable';
  return status >= 500 ? 'internal' : 'invalid_request';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
