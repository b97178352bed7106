import type { Provider } from '../provider.ts';
import { UpstreamConnections } from '../upstream-fetch.ts';
import { openaiProfile } from './chat-profile.ts';
import { listModels } from './list-models.ts';
import { openClient } from './open-client.ts';
import { type OpenaiUpstream, generateAt } from './openai-upstream.ts';

export interface OpenaiProviderOptions {
  apiKey: string;
  /** What people call it, in errors; default `OpenAI`. */
  name?: string;
  /** As the SDK takes it, with `/v1`; default `https://api.openai.com/v1`. */
  baseUrl?: string;
}

/** @returns Chat Completions and Responses through the official SDK; disposing it closes its idle connections */
export function createOpenaiProvider(options: OpenaiProviderOptions): Provider & AsyncDisposable {
  const { apiKey, name: providerName = 'OpenAI', baseUrl = 'https://api.openai.com/v1' } = options;
  const connections = new UpstreamConnections();
  const upstream: OpenaiUpstream = {
    providerName,
    client: openClient({ providerName, connections, baseUrl, apiKey }),
    profile: openaiProfile,
    callIdHeader: 'x-request-id',
  };
  return {
    id: 'openai',
    generate: (request, signal) => generateAt(upstream, request, signal),
    listModels: (signal) => listModels(upstream, signal),
    [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
  };
}
