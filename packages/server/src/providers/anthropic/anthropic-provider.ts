import Anthropic from '@anthropic-ai/sdk';
import type { Provider, ProviderRequest } from '../provider.ts';
import { streamAnswer } from '../stream-answer.ts';
import { UpstreamConnections } from '../upstream-fetch.ts';
import { NO_SDK_TIMEOUT_MS } from '../sdk-timeout.ts';
import { withHeaders } from '../with-headers.ts';
import { buildRequest } from './build-request.ts';
import { listModels } from './list-models.ts';
import { mapError } from './map-error.ts';
import { AnthropicReader } from './read-chunk.ts';

export interface AnthropicProviderOptions {
  apiKey: string;
  /** What people call it, in errors; default `Anthropic`. */
  name?: string;
  /** As the SDK takes it, without `/v1`; default `https://api.anthropic.com`. */
  baseUrl?: string;
}

const VERSION_HEADER = 'anthropic-version';
/** The SDK's own version refuses sampling options at any value. */
const VERSION = { [VERSION_HEADER]: '2026-10-21' };
const SAMPLING_VERSION = { [VERSION_HEADER]: '2023-06-01' };

/** @returns the Messages API through the official SDK; disposing it closes its idle connections */
export function createAnthropicProvider(options: AnthropicProviderOptions): Provider & AsyncDisposable {
  const { name: providerName = 'Anthropic' } = options;
  const connections = new UpstreamConnections();
  const client = new Anthropic({
    apiKey: options.apiKey,
    baseURL: options.baseUrl ?? 'https://api.anthropic.com',
    // What is not said here would be read from the environment.
    defaultHeaders: VERSION,
    fetch: withHeaders(connections.fetch, {
      own: { authorization: `Bearer ${options.apiKey}` },
      passed: [VERSION_HEADER],
    }),
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
  return temperature === undefined ? VERSION : SAMPLING_VERSION;
}
