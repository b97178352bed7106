import type { Capabilities, Model, Price } from '@sluice/shared';

/** How a model is told how much to think. */
export type ReasoningForm =
  /** One of a few words, as OpenAI and most others take it. */
  | 'effort'
  /** Anthropic's `adaptive` thinking with an effort. */
  | 'adaptive'
  /** A number of tokens: older models of Anthropic and Google. */
  | 'budget'
  /** Google's levels. */
  | 'level'
  /** On or off. */
  | 'switch';

/** How a model is spoken to, where its provider has more than one way. */
export interface ModelDialect {
  /** Of OpenAI and those like it; left out: `chat`. */
  api?: 'chat' | 'responses';
  /** Left out: it cannot be told. */
  reasoning?: ReasoningForm;
  /** What Anthropic calls no thinking; left out: `disabled`, which Claude Sonnet 5.5 refuses. */
  thinkingOff?: 'between_tools';
  /** What it takes a temperature with; left out: with anything. */
  temperature?: 'without_thinking';
}

/** Phase limits that a model has instead of the server's own, ms. */
export interface ModelTimeouts {
  firstTokenMs?: number;
  idleMs?: number;
  runMs?: number;
}

/** A model as it is asked here: as its vendor documents it, or its upstream lists it, and as `sluice.config.json` has it. */
export interface CatalogModel extends Omit<Model, 'available' | 'aliases' | 'providerName'> {
  dialect: ModelDialect;
  /** Ids of models that answer when this one cannot and the request names none. */
  fallbacks?: readonly string[];
  timeouts?: ModelTimeouts;
}

/** A model as vendors document it, whoever it is asked through. */
export interface VendorModel extends Omit<CatalogModel, 'id' | 'provider' | 'fallbacks' | 'timeouts'> {
  /** The vendor's own name. */
  upstreamName: string;
}

/** A model as its upstream lists it now: what it says of it, and nothing else. */
export interface OfferedModel {
  /** The upstream's own name, without our provider prefix. */
  name: string;
  title?: string;
  contextWindow?: number;
  maxOutputTokens?: number;
  capabilities?: Partial<Capabilities>;
  price?: Price;
  dialect?: ModelDialect;
}
