import type OpenAI from 'openai';
import { type Loose, parseChunk } from '../parse-chunk.ts';
import type { ProviderEvent, ProviderRequest } from '../provider.ts';
import { type UpstreamCall, streamAnswer } from '../stream-answer.ts';
import { buildRequest } from './build-request.ts';
import { buildResponseRequest } from './build-response-request.ts';
import type { ChatProfile } from './chat-profile.ts';
import { mapError } from './map-error.ts';
import { OpenaiReader } from './read-chunk.ts';
import { ResponsesReader } from './read-response-event.ts';

/** OpenAI, or what speaks like it. */
export interface OpenaiUpstream {
  providerName: string;
  client: OpenAI;
  profile: ChatProfile;
  callIdHeader: string;
}

/** `Provider.generate` over Chat Completions or Responses, whichever the model's dialect names. */
export function generateAt(
  upstream: OpenaiUpstream,
  request: ProviderRequest,
  signal: AbortSignal,
): AsyncIterable<readonly ProviderEvent[]> {
  const { providerName, callIdHeader } = upstream;
  const call = request.dialect.api === 'responses' ? responseCall : chatCall;
  return streamAnswer(
    {
      providerName,
      callIdHeader,
      ...call(upstream, request, signal),
      mapError: (error) => mapError(error, providerName),
    },
    signal,
  );
}

type ApiCall = Pick<UpstreamCall, 'send' | 'createReader'>;

function chatCall(upstream: OpenaiUpstream, request: ProviderRequest, signal: AbortSignal): ApiCall {
  const { client, profile, providerName } = upstream;
  return {
    send: () => client.chat.completions.create(buildRequest(request, profile), { signal }).asResponse(),
    createReader: ({ hasCall }) => new OpenaiReader({ providerName, hasCall, cost: profile.cost }),
  };
}

function responseCall(upstream: OpenaiUpstream, request: ProviderRequest, signal: AbortSignal): ApiCall {
  const { client, providerName } = upstream;
  return {
    send: () => client.responses.create(buildResponseRequest(request), { signal }).asResponse(),
    createReader: ({ hasCall }) => new ResponsesReader({ providerName, hasCall }),
  };
}

/**
 * @param path below the base URL, with its query
 * @returns the object that the upstream answers a GET with
 * @throws {SluiceError} `upstream_*`
 * @throws the signal's reason
 */
export async function fetchObject(
  { client, providerName }: OpenaiUpstream,
  path: string,
  signal: AbortSignal,
): Promise<Loose> {
  try {
    const response = await client.get(path, { signal }).asResponse();
    return parseChunk(await response.text(), providerName);
  } catch (error) {
    signal.throwIfAborted();
    throw mapError(error, providerName);
  }
}
