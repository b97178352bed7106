import type { ChatRequest } from '@sluice/shared';
import type { Catalog, ResolvedModel } from '../catalog/catalog.ts';
import type { Provider, ProviderRequest } from '../providers/provider.ts';
import { readChatRequest, takesReasoning } from './read-chat-request.ts';

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
  /** Options that some of the fallbacks do not take, and are asked without. */
  dropped: readonly string[];
}

interface Ports {
  catalog: Catalog;
  providers: ReadonlyMap<string, Provider>;
}

/** @throws {SluiceError} `model_not_found`; `unsupported_option` for what the first model does not take */
export function readCandidates(body: ChatRequest, { catalog, providers }: Ports): Candidates {
  const toCandidate = (asked: ChatRequest, model: ResolvedModel): Candidate => {
    const provider = providers.get(model.provider);
    if (provider === undefined)
      throw new Error(`provider ${model.provider} is in the catalogue but not composed`);
    return { model, provider, options: readChatRequest(asked, model) };
  };
  const dropped = new Set<string>();
  const first = toCandidate(body, catalog.resolve(body.model));
  const fallbacks = (body.fallbackModels ?? []).map((id) => {
    const model = catalog.resolve(id);
    const { temperature, reasoning, messages: _, ...asked } = body;
    const { capabilities } = model;
    if (temperature !== undefined && !capabilities.temperature) dropped.add('temperature');
    const mayReason = reasoning !== undefined && takesReasoning(model, reasoning);
    if (reasoning !== undefined && !mayReason) dropped.add('reasoning');
    return toCandidate(
      {
        ...asked,
        ...(temperature !== undefined && capabilities.temperature && { temperature }),
        ...(mayReason && { reasoning }),
      },
      model,
    );
  });
  return { first, fallbacks, dropped: [...dropped] };
}
