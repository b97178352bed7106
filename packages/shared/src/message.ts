import * as z from 'zod/mini';

/** The longest text of one part, in UTF-16 code units; the body limit of the chat routes (20 MiB) is met later. */
const MAX_TEXT_LENGTH = 4_000_000;

/** Text that every store and provider takes: not empty, no U+0000, no half of a surrogate pair. */
export const textSchema = z.string().check(
  z.minLength(1),
  z.maxLength(MAX_TEXT_LENGTH),
  z.refine((text) => !text.includes('\0'), { error: 'must not contain U+0000' }),
  z.refine((text) => text.isWellFormed(), { error: 'must not contain an unpaired surrogate' }),
);

const textPartSchema = z.strictObject({ type: z.literal('text'), text: textSchema });

export const imagePartSchema = z.strictObject({
  type: z.literal('image'),
  mediaType: z.enum(['image/png', 'image/jpeg', 'image/webp', 'image/gif']),
  /** Base64, without a `data:` prefix. */
  data: z
    .string()
    .check(
      z.minLength(1),
      z.regex(/^[A-Za-z0-9+/]+={0,2}$/, { error: 'must be base64, without a data: prefix' }),
    ),
});

export const messageSchema = z.strictObject({
  role: z.enum(['system', 'user', 'assistant']),
  content: z.union([
    textSchema,
    z
      .array(z.discriminatedUnion('type', [textPartSchema, imagePartSchema]))
      .check(z.minLength(1), z.maxLength(100)),
  ]),
});

export type Message = z.infer<typeof messageSchema>;
