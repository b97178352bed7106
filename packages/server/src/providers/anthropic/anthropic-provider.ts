import Anthropic from '@anthropic-ai/sdk';
import type { Provider, ProviderRequest } from '../provider.ts';
import { streamAnswer } from '../stream-answer.ts';
import { UpstreamConnections } from '../upstream-fetch.ts';
import { NO_SDK_TIMEOUT_MS } from '../sdk-timeout.ts';
import { buildRequest } from './build-request.ts';
import { listModels } from './list-models.ts';
import { mapError } from './map-error.ts';
import { AnthropicReader } from './read-chunk.ts';

export interface AnthropicProviderOptions {
  apiKey: string;
  /** As the SDK takes it, without `/v1`; default `https://api.anthropic.com`. */
  baseUrl?: string;
}

const providerName = 'Anthropic';
/** The SDK's own version refuses sampling options at any value. */
const SAMPLING_VERSION = { 'anthropic-version': '2023-06-01' };

/** @returns the Messages API through the official SDK; disposing it closes its idle connections */
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
          send: () =>
            client.messages
              .create(buildRequest(request), { signal, headers: versionFor(request) })
              .asResponse(),
          mapError: (error) => mapError(error, providerName),
        },
        signal,
      ),
    listModels: (signal) => listModels({ client, providerName }, signal),
    [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
  };
}

function versionFor({ temperature }: ProviderRequest): Record<string, string> {
  return temperature === undefined ? {} : SAMPLING_VERSION;
}
