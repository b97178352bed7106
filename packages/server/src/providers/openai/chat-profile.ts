import type { ReasoningForm } from '../../catalog/catalog-model.ts';
import type { ProviderRequest } from '../provider.ts';

type ReasoningLevel = NonNullable<ProviderRequest['reasoning']>;

/** What goes into a request for each level; for a level that is left out, nothing does. */
export type ReasoningFields = Readonly<Partial<Record<ReasoningLevel, object>>>;

/** Where upstreams of Chat Completions differ, as far as one has to know before they say a word. */
export interface ChatProfile {
  /** The field that bounds an answer. */
  tokenLimit: 'max_tokens' | 'max_completion_tokens';
  /** Whether usage has to be asked for. Some refuse the question, and tell it anyway. */
  asksForUsage: boolean;
  /** By the form that a model's dialect names. */
  reasoning: Readonly<Partial<Record<ReasoningForm, ReasoningFields>>>;
  /** Where it says what a call costs, in US dollars: as `usage.cost`, or in ai&'s event after the terminal. */
  cost?: 'usage' | 'trailer';
}

/** @returns the fields for each level, where they differ in one word; `off` only where there is a word for it */
export function byEffort(fields: (effort: string) => object, off?: string): ReasoningFields {
  const levels = { low: fields('low'), medium: fields('medium'), high: fields('high') };
  return off === undefined ? levels : { off: fields(off), ...levels };
}

export const openaiProfile: ChatProfile = {
  tokenLimit: 'max_completion_tokens',
  asksForUsage: true,
  reasoning: { effort: byEffort((effort) => ({ reasoning_effort: effort }), 'none') },
};
