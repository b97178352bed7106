import type { Capabilities, Price } from '@sluice/shared';
import type { ModelTimeouts, ReasoningForm } from './catalog-model.ts';

/** A provider that is configured. */
export interface CatalogProvider {
  /** First half of its models' ids. */
  id: string;
  /** Whose models it has, where they are known here: `anthropic`, `openai` … */
  preset: string;
  /** What people read. */
  name: string;
  /** Whether it is asked at the vendor's own address, where alone every API of it can be counted on. */
  isAtVendor: boolean;
  /** How its models are usually told how much to think; of those nothing else is known of. Absent: they are not told. */
  reasoning?: ReasoningForm;
  /** Nobody has named it: it is there from when it has offered models. */
  isLookedFor: boolean;
}

/** What the administrator says of a model; it counts more than what anybody else says. */
export interface ModelSettings {
  name?: string;
  contextWindow?: number;
  maxOutputTokens?: number;
  capabilities?: Partial<Omit<Capabilities, 'reasoning'>> & { reasoning?: ReasoningForm | false };
  price?: Price;
  api?: 'chat' | 'responses';
  fallbacks?: readonly string[];
  timeouts?: ModelTimeouts;
  /** Not listed; it answers who asks for it. */
  hidden?: boolean;
}

export interface CatalogSettings {
  /** In the order in which a default is looked for. */
  providers: readonly CatalogProvider[];
  /** What people read for vendors that are not configured, by their id. */
  vendorNames?: Readonly<Record<string, string>>;
  /** An id or an alias. */
  defaultModel?: string;
  /** Alias → id. */
  aliases: Readonly<Record<string, string>>;
  /** By id. */
  models: Readonly<Record<string, ModelSettings>>;
  /** Of models that have none of their own. */
  fallbacks: readonly string[];
}
