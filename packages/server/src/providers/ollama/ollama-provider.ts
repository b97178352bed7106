import { checkAnswers } from '../check-answers.ts';
import type { Provider } from '../provider.ts';
import { NdjsonReader } from '../read-ndjson.ts';
import { streamAnswer } from '../stream-answer.ts';
import { UpstreamConnections } from '../upstream-fetch.ts';
import { buildRequest } from './build-request.ts';
import { ModelLister } from './list-models.ts';
import { mapError, mapFailure } from './map-error.ts';
import { OllamaReader } from './read-chunk.ts';

export interface OllamaProviderOptions {
  /** Without `/api`: `http://127.0.0.1:11434`. */
  baseUrl: string;
  /** What people call it, in errors; default `Ollama`. */
  name?: string;
  /** Of Ollama's cloud, or of a proxy before a server. */
  apiKey?: string;
}

/** @returns Ollama's own API; disposing it closes its idle connections */
export function createOllamaProvider(options: OllamaProviderOptions): Provider & AsyncDisposable {
  const { name: providerName = 'Ollama', baseUrl, apiKey } = options;
  const connections = new UpstreamConnections();
  const fetch = checkAnswers(connections.fetch, {
    providerName,
    mapFailure: (failure) => mapFailure(failure, providerName),
  });
  const call = (path: string, { body, signal }: { body?: object; signal: AbortSignal }) =>
    fetch(`${baseUrl.replace(/\/+$/, '')}/api/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        'content-type': 'application/json',
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal,
    });
  const lister = new ModelLister({ call, providerName, isLocal: apiKey === undefined });
  return {
    id: 'ollama',
    generate: (request, signal) =>
      streamAnswer(
        {
          providerName,
          createReader: () => new OllamaReader({ providerName }),
          createFraming: () => new NdjsonReader(),
          send: async () => await call('chat', { body: buildRequest(request), signal }),
          mapError,
        },
        signal,
      ),
    listModels: (signal) => lister.list(signal),
    [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
  };
}
