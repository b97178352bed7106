import { errorBodySchema } from '../error-body.ts';
import { isErrorCode } from '../error-code.ts';
import { SluiceError } from '../sluice-error.ts';

/**
 * Turns a refused request into the error the server meant.
 * @param response any response that is not the one asked for; its body is read
 * @returns the server's code, or `unavailable` (5xx) or `invalid_request` when something in between answered
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
  const code = response.status >= 500 ? 'unavailable' : 'invalid_request';
  return new SluiceError(code, { detail: `The server answered ${response.status}`, ...retryAfter });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
