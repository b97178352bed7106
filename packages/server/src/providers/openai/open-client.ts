import OpenAI from 'openai';
import { checkAnswers } from '../check-answers.ts';
import { NO_SDK_TIMEOUT_MS } from '../sdk-timeout.ts';
import type { UpstreamConnections } from '../upstream-fetch.ts';
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
  const { providerName, connections, baseUrl, apiKey, keyHeader, headers } = options;
  const isBearer = apiKey !== undefined && keyHeader === undefined;
  return new OpenAI({
    // The SDK insists on one; where it is not wanted, its header is taken away again.
    apiKey: apiKey ?? 'none',
    baseURL: baseUrl,
    defaultHeaders: {
      ...(isBearer ? {} : { authorization: null }),
      ...(apiKey !== undefined && keyHeader !== undefined ? { [keyHeader]: apiKey } : {}),
      ...headers,
    },
    // Left out, these would be read from the environment.
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    fetch: checkAnswers(connections.fetch, {
      providerName,
      mapFailure: (failure) => mapFailure(failure, providerName),
    }),
    maxRetries: 0,
    timeout: NO_SDK_TIMEOUT_MS,
    logLevel: 'off',
  });
}
