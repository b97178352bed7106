import { settingFields, textSchema } from '@sluice/shared';
import * as z from 'zod';

/** Text that may be empty, which is then nothing said. */
const speech = z.union([textSchema, z.literal('')]);

const block = z.looseObject({
  type: z.string(),
  text: speech.optional(),
  source: z
    .looseObject({ type: z.string(), media_type: z.string().optional(), data: z.string().optional() })
    .optional(),
});

const content = z.union([speech, z.array(block).max(100)]);

/** Body of `POST /v1/messages`, as far as it is read. Whatever else there is passes. */
export const messageCallSchema = z.looseObject({
  model: z.nullish(settingFields.model),
  messages: z
    .array(z.looseObject({ role: z.enum(['user', 'assistant', 'system']), content }))
    .min(1)
    .max(2000),
  system: content.nullish(),
  stream: z.boolean().nullish(),
  max_tokens: z.nullish(settingFields.maxOutputTokens),
  temperature: z.nullish(settingFields.temperature),
  thinking: z
    .looseObject({
      type: z.enum(['enabled', 'adaptive', 'disabled', 'between_tools']),
      budget_tokens: z.int().min(1).optional(),
      display: z.string().nullish(),
    })
    .nullish(),
  output_config: z
    .looseObject({
      effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).nullish(),
      format: z.unknown().optional(),
    })
    .nullish(),
});

export type MessageCall = z.infer<typeof messageCallSchema>;
export type MessageContent = z.infer<typeof content>;
export type MessageBlock = z.infer<typeof block>;
