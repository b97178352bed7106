import { settingFields, textSchema } from '@sluice/shared';
import * as z from 'zod';

/** Text that may be empty, which is then nothing said. */
const speech = z.union([textSchema, z.literal('')]);

const part = z.looseObject({
  type: z.string(),
  text: speech.optional(),
  refusal: speech.optional(),
  image_url: z.looseObject({ url: z.string() }).optional(),
});

const message = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: z.union([speech, z.array(part).max(100)]).nullish(),
  refusal: speech.nullish(),
});

const tokens = settingFields.maxOutputTokens;

/** Body of `POST /v1/chat/completions`, as far as it is read. Whatever else there is passes, as it does at OpenAI. */
export const chatCompletionSchema = z.looseObject({
  model: z.nullish(settingFields.model),
  messages: z.array(message).min(1).max(2000),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.nullish(tokens),
  max_completion_tokens: z.nullish(tokens),
  temperature: z.nullish(settingFields.temperature),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
  n: z.int().min(1).nullish(),
  response_format: z.looseObject({ type: z.string() }).nullish(),
  modalities: z.array(z.string()).nullish(),
});

export type ChatCompletionCall = z.infer<typeof chatCompletionSchema>;
export type ChatCompletionMessage = ChatCompletionCall['messages'][number];
