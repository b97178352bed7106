import * as z from 'zod';
import { presetNames } from './presets.ts';

const PROVIDER_ID = /^[a-z0-9][a-z0-9-]{0,39}$/;

const providerId = z
  .string()
  .regex(PROVIDER_ID, 'must be up to 40 lower-case letters, digits and hyphens, a letter or digit first');

/** What a request may call a model: chatRequestSchema takes nothing else. */
const MODEL_NAME = /^[\x21-\x7e]{1,200}$/;

/** Its half before the first slash is a provider's id; the rest is whatever that provider calls the model. */
const modelId = z
  .string()
  .regex(
    /^(?=.{3,200}$)[a-z0-9][a-z0-9-]{0,39}\/[\x21-\x7e]+$/,
    'must be provider/name, as GET /api/models lists models: up to 200 ASCII characters, no spaces',
  );

const modelOrAlias = z
  .string()
  .regex(
    MODEL_NAME,
    'must be a model as provider/name, or an alias: up to 200 ASCII characters, without spaces',
  );

const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' })
  .refine((url) => !URL.canParse(url) || new URL(url).username === '', 'must hold no user: keys go elsewhere')
  .transform((url) => url.replace(/\/+$/, ''));

const tokens = z.int().min(1);
/** Node's timers overflow beyond 2^31 - 1 ms and fire at once. */
const milliseconds = z
  .int()
  .min(1)
  .max(2 ** 31 - 1);
const dollars = z.number().min(0).max(1_000_000);

const prices = {
  inputPerMTok: dollars.meta({ description: 'US dollars per million tokens of input.' }),
  outputPerMTok: dollars.meta({ description: 'Of output.' }),
  reasoningPerMTok: dollars.exactOptional().meta({ description: 'Left out: as other output.' }),
  cacheReadPerMTok: dollars.exactOptional().meta({ description: 'Left out: as other input.' }),
  cacheWritePerMTok: dollars.exactOptional().meta({ description: 'Left out: as other input.' }),
};

export const fileProviderSchema = z
  .strictObject({
    preset: z.enum(presetNames, { error: `must be one of ${presetNames.join(', ')}` }).meta({
      description: 'What kind of provider it is; generic: anything that speaks chat completions.',
    }),
    name: z.string().min(1).max(80).exactOptional().meta({ description: 'What people read.' }),
    baseUrl: httpUrl.exactOptional().meta({ description: 'Where it is, with /v1 for those like OpenAI.' }),
    apiKeyVariable: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable, not a key')
      .exactOptional()
      .meta({ description: 'The environment variable that holds its key.' }),
    headers: z
      .record(
        z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'must be the name of a header'),
        z.string().regex(/^[\x20-\x7e]*$/, 'must be visible ASCII'),
      )
      .exactOptional()
      .meta({ description: 'Sent with every request to it.' }),
  })
  .meta({ description: 'A provider; its models are called by its id, a slash and their own name.' });

const capabilities = z.strictObject({
  reasoning: z
    .union([z.literal(false), z.enum(['effort', 'adaptive', 'budget', 'level', 'switch'])], {
      error: 'must be false, or how it is told: effort, adaptive, budget, level or switch',
    })
    .exactOptional()
    .meta({ description: 'How it is told how much to think; false: it cannot be.' }),
  reasoningLevels: z.array(z.enum(['off', 'low', 'medium', 'high'])).exactOptional(),
  images: z.boolean().exactOptional(),
  temperature: z.boolean().exactOptional(),
  prefill: z
    .boolean()
    .exactOptional()
    .meta({ description: 'Whether it goes on with an answer that is the last thing said.' }),
});

const fallbacks = z.array(modelOrAlias).max(8);

export const fileModelSchema = z.strictObject({
  name: z.string().min(1).max(120).exactOptional().meta({ description: 'What people read.' }),
  contextWindow: tokens.exactOptional(),
  maxOutputTokens: tokens.exactOptional(),
  capabilities: capabilities.exactOptional(),
  price: z
    .strictObject({
      ...prices,
      longContext: z
        .strictObject({ overInputTokens: tokens, ...prices })
        .exactOptional()
        .meta({ description: 'What a longer prompt costs instead, with its answer.' }),
    })
    .exactOptional(),
  api: z
    .enum(['chat', 'responses'])
    .exactOptional()
    .meta({ description: "Which of OpenAI's two ways to ask it; servers like OpenAI speak chat." }),
  fallbacks: fallbacks.exactOptional().meta({ description: 'Asked instead when it cannot answer.' }),
  timeouts: z
    .strictObject({
      firstTokenMs: milliseconds.exactOptional(),
      idleMs: milliseconds.exactOptional(),
      runMs: milliseconds.exactOptional(),
    })
    .exactOptional(),
  hidden: z.boolean().exactOptional().meta({ description: 'Not listed; it answers who asks for it.' }),
});

/** `sluice.config.json`; docs/sluice.config.schema.json is made from it. */
export const configFileSchema = z
  .strictObject({
    $schema: z.string().exactOptional(),
    defaultModel: modelOrAlias
      .exactOptional()
      .meta({ description: 'Of requests that name none: an id or an alias.' }),
    providers: z.record(providerId, fileProviderSchema).exactOptional(),
    aliases: z
      .record(
        z.string().regex(MODEL_NAME, 'must be a name of up to 200 ASCII characters, without spaces'),
        modelId,
      )
      .exactOptional()
      .meta({ description: 'Other names of models.' }),
    models: z
      .record(modelId, fileModelSchema)
      .exactOptional()
      .meta({ description: 'What is to be known of models; it counts more than any list.' }),
    defaults: z
      .strictObject({
        fallbacks: fallbacks.exactOptional().meta({ description: 'Of models that have none of their own.' }),
      })
      .exactOptional(),
  })
  .meta({ title: 'sluice.config.json' });

export type ConfigFile = z.infer<typeof configFileSchema>;
export type FileProvider = z.infer<typeof fileProviderSchema>;
export type FileModel = z.infer<typeof fileModelSchema>;
