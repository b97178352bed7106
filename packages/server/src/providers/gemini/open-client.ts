import type { GoogleGenAI, GoogleGenAIOptions } from '@google/genai';
import type { Fetch } from '../check-answers.ts';

/**
 * The SDK is loaded here and not before: it takes 30 MB and a fifth of a second, and most servers have no key for it.
 *
 * @returns the official SDK, with nothing read from the environment
 */
export async function openClient({
  apiKey,
  baseUrl = 'https://generativelanguage.googleapis.com',
  fetch,
}: {
  apiKey: string;
  baseUrl?: string | undefined;
  fetch: Fetch;
}): Promise<GoogleGenAI> {
  const sdk = await import('@google/genai');
  const options: GoogleGenAIOptions = {
    apiKey,
    // Left out, these would be read from the environment. Without `retryOptions` and `timeout` the SDK has neither.
    enterprise: false,
    vertexai: false,
    httpOptions: { baseUrl, apiVersion: 'v1beta', fetch },
  };
  return withoutWarnings(() => new sdk.GoogleGenAI(options));
}

/** The SDK warns of two keys in the environment even where it is given one. It does so at once: nobody else is muted. */
function withoutWarnings<Value>(make: () => Value): Value {
  /* oxlint-disable no-console -- NOTE: nothing is written here; the SDK is kept from it */
  const { warn } = console;
  console.warn = () => {};
  try {
    return make();
  } finally {
    console.warn = warn;
  }
  /* oxlint-enable no-console */
}
