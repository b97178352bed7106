import { checkAnswers } from '../check-answers.ts';
import type { Provider, ProviderRequest } from '../provider.ts';
import { streamAnswer } from '../stream-answer.ts';
import { UpstreamConnections } from '../upstream-fetch.ts';
import { buildRequest } from './build-request.ts';
import { listModels } from './list-models.ts';
import { mapError, mapFailure } from './map-error.ts';
import { openClient } from './open-client.ts';
import { GeminiReader } from './read-chunk.ts';

export interface GeminiProviderOptions {
  apiKey: string;
  /** What people call it, in errors; default `Google Gemini`. */
  name?: string;
  /** As the SDK takes it, without `/v1beta`; default `https://generativelanguage.googleapis.com`. */
  baseUrl?: string;
}

/** @returns `generateContent` of API version v1beta through the official SDK; disposing it closes its idle connections */
export async function createGeminiProvider(
  options: GeminiProviderOptions,
): Promise<Provider & AsyncDisposable> {
  const { name: providerName = 'Google Gemini' } = options;
  const connections = new UpstreamConnections();
  const fetch = checkAnswers(connections.fetch, {
    providerName,
    mapFailure: (failure) => mapFailure(failure, providerName),
  });
  const client = await openClient({ apiKey: options.apiKey, baseUrl: options.baseUrl, fetch });
  /** The SDK makes the call; its generator, which would read the answer, is never pulled. */
  const send = async (request: ProviderRequest, abortSignal: AbortSignal): Promise<Response> => {
    let answer: Response | undefined;
    const { config, ...asked } = buildRequest(request, providerName);
    await client.models.generateContentStream({
      ...asked,
      config: {
        ...config,
        abortSignal,
        httpOptions: { fetch: async (input, init) => (answer = await fetch(input as string, init)) },
      },
    });
    if (answer === undefined) throw new Error('The SDK has made no call');
    return answer;
  };
  return {
    id: 'gemini',
    generate: (request, signal) =>
      streamAnswer(
        {
          providerName,
          createReader: () => new GeminiReader({ providerName }),
          send: () => send(request, signal),
          mapError,
        },
        signal,
      ),
    listModels: (signal) => listModels(client, { providerName, signal }),
    [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
  };
}
