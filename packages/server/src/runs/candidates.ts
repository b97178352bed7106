import { type ChatRequest, type Message, SluiceError } from '@sluice/shared';
import type { Catalog, ResolvedModel } from '../catalog/catalog.ts';
import type { Provider, ProviderRequest } from '../providers/provider.ts';
import type { TokenPrice } from '../admission/run-budget.ts';
import { ratesOf } from '../catalog/price-usage.ts';
import { estimateInputTokens, outputTokensOf } from './estimate-usage.ts';
import { readChatRequest, takesReasoning, findTemperatureFault } from './read-chat-request.ts';

/** A model that may answer, and what is asked of it beside the messages. */
export interface Candidate {
  model: ResolvedModel;
  provider: Provider;
  options: Omit<ProviderRequest, 'messages'>;
}

export interface Candidates {
  /** The model that was asked for. */
  first: Candidate;
  /** Those to be asked instead, in this order. */
  fallbacks: readonly Candidate[];
  /** Options that some of them do not take, and are asked without. */
  dropped: readonly string[];
}

interface Ports {
  catalog: Catalog;
  providers: ReadonlyMap<string, Provider>;
}

/**
 * @param mayDrop whether the first model, too, is asked without the options that it does not take
 * @throws {SluiceError} `model_not_found`; `unsupported_option` for what the first model does not take
 */
export function readCandidates(
  body: ChatRequest,
  { catalog, providers }: Ports,
  mayDrop = false,
): Candidates {
  const toCandidate = (asked: ChatRequest, model: ResolvedModel): Candidate => {
    const provider = providers.get(model.provider);
    if (provider === undefined)
      throw new Error(`provider ${model.provider} is in the catalogue but not composed`);
    return { model, provider, options: readChatRequest(asked, model) };
  };
  const dropped = new Set<string>();
  const fit = (model: ResolvedModel): ChatRequest => {
    const fitted = fitOptions(body, model);
    for (const name of fitted.dropped) dropped.add(name);
    return fitted.body;
  };
  const model = catalog.resolve(body.model);
  const first = toCandidate(mayDrop ? fit(model) : body, model);
  const instead = body.fallbackModels?.map((id) => catalog.resolve(id)) ?? ownFallbacks(model, catalog);
  const fallbacks = instead.map((fallback) => {
    const { messages: _, ...asked } = fit(fallback);
    return toCandidate(asked, fallback);
  });
  return { first, fallbacks, dropped: [...dropped] };
}

/** @returns what was left out of a request that is answered already; nothing where the models have changed so that it would be refused */
export function recallDropped(body: ChatRequest, ports: Ports, mayDrop?: boolean): readonly string[] {
  try {
    return readCandidates(body, ports, mayDrop).dropped;
  } catch (error) {
    if (error instanceof SluiceError) return [];
    throw error;
  }
}

/** @returns a request without the options that a model does not take, and their names */
function fitOptions(body: ChatRequest, model: ResolvedModel): { body: ChatRequest; dropped: string[] } {
  const { temperature, reasoning, ...asked } = body;
  const mayReason = reasoning !== undefined && takesReasoning(model, reasoning);
  const options = { temperature, ...(mayReason && { reasoning }) };
  const isTaken = temperature !== undefined && findTemperatureFault(model, options) === undefined;
  return {
    body: { ...asked, ...(isTaken && { temperature }), ...(mayReason && { reasoning }) },
    dropped: [
      ...(reasoning !== undefined && !mayReason ? ['reasoning'] : []),
      ...(temperature !== undefined && !isTaken ? ['temperature'] : []),
    ],
  };
}

/** Those of the catalogue that can be asked here. */
function ownFallbacks({ id: own, fallbacks = [] }: ResolvedModel, catalog: Catalog): ResolvedModel[] {
  return fallbacks.flatMap((id) => {
    try {
      const model = catalog.resolve(id);
      return model.id === own ? [] : [model];
    } catch (error) {
      if (error instanceof SluiceError && error.code === 'model_not_found') return [];
      throw error;
    }
  });
}

/** Said to a model that is to go on, and not stored: not every one goes on with an answer by itself. */
const CONTINUE_PROMPT =
  'Continue your last answer exactly where it stopped. Repeat nothing of it, and do not mention that it stopped.';

/** @returns what this model is told of what was said; the last of it is an answer only where it is to go on with that */
export function tell({ model, options }: Candidate, messages: readonly Message[]): readonly Message[] {
  // A thought would have to stand before an answer that is gone on with.
  const mayPrefill = model.capabilities.prefill && (options.reasoning ?? 'off') === 'off';
  if (messages.at(-1)?.role !== 'assistant' || mayPrefill) return messages;
  return [...messages, { role: 'user', content: CONTINUE_PROMPT }];
}

/** @returns what a call may cost, for what is set aside before it */
export function estimateCall(
  { model, options }: Candidate,
  messages: readonly Message[],
): { input: number; output: number; price: TokenPrice | null } {
  const input = estimateInputTokens({ ...options, messages });
  const price = model.price && ratesOf(model.price, input);
  return { input, output: outputTokensOf(options, model), price };
}
