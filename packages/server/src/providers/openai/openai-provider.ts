import OpenAI from 'openai';
import type { Provider } from '../provider.ts';
import { NO_SDK_TIMEOUT_MS } from '../sdk-timeout.ts';
import { streamAnswer } from '../stream-answer.ts';
import { UpstreamConnections } from '../upstream-fetch.ts';
import { buildRequest } from './build-request.ts';
import { mapError } from './map-error.ts';
import { OpenaiReader } from './read-chunk.ts';

export interface OpenaiProviderOptions {
  apiKey: string;
  /** As the SDK takes it, with `/v1`; default `https://api.openai.com/v1`. */
  baseUrl?: string;
}

const providerName = 'OpenAI';

/** @returns Chat Completions through the official SDK; disposing it closes its idle connections */
export function createOpenaiProvider(options: OpenaiProviderOptions): Provider & AsyncDisposable {
  const connections = new UpstreamConnections();
  const client = new OpenAI({
    apiKey: options.apiKey,
    baseURL: options.baseUrl ?? 'https://api.openai.com/v1',
    // Left out, these would be read from the environment.
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    fetch: connections.fetch,
    maxRetries: 0,
    timeout: NO_SDK_TIMEOUT_MS,
    logLevel: 'off',
  });
  return {
    id: 'openai',
    generate: (request, signal) =>
      streamAnswer(
        {
          providerName,
          callIdHeader: 'x-request-id',
          createReader: ({ hasCall }) => new OpenaiReader({ providerName, hasCall }),
          send: () => client.chat.completions.create(buildRequest(request), { signal }).asResponse(),
          mapError: (error) => mapError(error, providerName),
        },
        signal,
      ),
    [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
  };
}
