import { SluiceError } from '@sluice/shared';
import { toUnreachable } from './upstream-error.ts';

export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** An answer with a status that is none of success. */
export interface HttpFailure {
  status: number;
  headers: Headers;
  /** Parsed where it is JSON, else its text. */
  body: unknown;
}

/**
 * @param fetch of `UpstreamConnections`
 * @returns the same for calls that no SDK makes, or one that loses what an error says: it resolves with answers alone
 * @throws {SluiceError} from the returned function, for everything that came from the network; what is thrown otherwise is a mistake of
 * ours, or a key that no header can carry
 */
export function checkAnswers(
  fetch: Fetch,
  { providerName, mapFailure }: { providerName: string; mapFailure: (failure: HttpFailure) => SluiceError },
): Fetch {
  return async (input, init) => {
    const response = await fetch(input, init).catch((error: unknown) => {
      if (error instanceof SluiceError || error instanceof TypeError) throw error;
      throw toUnreachable(providerName, error);
    });
    if (response.ok) return response;
    const { status, headers } = response;
    throw mapFailure({ status, headers, body: parse(await response.text()) });
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
