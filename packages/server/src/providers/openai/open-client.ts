import OpenAI from 'openai';
import { checkAnswers } from '../check-answers.ts';
import { NO_SDK_TIMEOUT_MS } from '../sdk-timeout.ts';
import type { UpstreamConnections } from '../upstream-fetch.ts';
import { withHeaders } from '../with-headers.ts';
import { mapFailure } from './map-error.ts';

export interface ClientOptions {
  providerName: string;
  connections: UpstreamConnections;
  baseUrl: string;
  /** Left out: the upstream asks for none. */
  apiKey?: string | undefined;
  /** Left out: `Authorization: Bearer`. */
  keyHeader?: string | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
}

/** @returns the official SDK with its own retries and timers off, and nothing read from the environment */
export function openClient(options: ClientOptions): OpenAI {
  const { providerName, connections, baseUrl, apiKey, headers } = options;
  const fetch = checkAnswers(connections.fetch, {
    providerName,
    mapFailure: (failure) => mapFailure(failure, providerName),
  });
  return new OpenAI({
    // The SDK insists on one, and refuses one that no header can carry without showing it.
    apiKey: apiKey ?? 'none',
    baseURL: baseUrl,
    // Left out, these would be read from the environment.
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    fetch: withHeaders(fetch, { own: { ...keyOf(options), ...headers } }),
    maxRetries: 0,
    timeout: NO_SDK_TIMEOUT_MS,
    logLevel: 'off',
  });
}

function keyOf({ apiKey, keyHeader }: ClientOptions): Record<string, string> {
  if (apiKey === undefined) return {};
  return keyHeader === undefined ? { authorization: `Bearer ${apiKey}` } : { [keyHeader]: apiKey };
}
