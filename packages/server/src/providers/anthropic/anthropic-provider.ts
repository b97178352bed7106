import Anthropic from '@anthropic-ai/sdk';
import type { Provider } from '../provider.ts';
import { streamAnswer } from '../stream-answer.ts';
import { UpstreamConnections } from '../upstream-fetch.ts';
import { NO_SDK_TIMEOUT_MS } from '../sdk-timeout.ts';
import { buildRequest } from './build-request.ts';
import { mapError } from './map-error.ts';
import { AnthropicReader } from './read-chunk.ts';

export interface AnthropicProviderOptions {
  apiKey: string;
  /** As the SDK takes it, without `/v1`; default `https://api.anthropic.com`. */
  baseUrl?: string;
}

const providerName = 'Anthropic';

/** @returns the Messages API, version 2026-10-21, through the official SDK; disposing it closes its idle connections */
export function createAnthropicProvider(options: AnthropicProviderOptions): Provider & AsyncDisposable {
  const connections = new UpstreamConnections();
  const client = new Anthropic({
    apiKey: options.apiKey,
    baseURL: options.baseUrl ?? 'https://api.anthropic.com',
    fetch: connections.fetch,
    maxRetries: 0,
    timeout: NO_SDK_TIMEOUT_MS,
    logLevel: 'off',
  });
  return {
    id: 'anthropic',
    generate: (request, signal) =>
      streamAnswer(
        {
          providerName,
          callIdHeader: 'request-id',
          createReader: ({ hasCall }) => new AnthropicReader({ providerName, hasCall }),
          send: () => client.messages.create(buildRequest(request), { signal }).asResponse(),
          mapError: (error) => mapError(error, providerName),
        },
        signal,
      ),
    [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
  };
}
