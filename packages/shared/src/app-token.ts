import * as z from 'zod/mini';
import { nameSchema } from './session.ts';

/** What a token may be used for: `chat` covers chat, runs, models and me; `admin` is for administrators only. */
export const scopes = ['chat', 'history', 'usage', 'admin'] as const;

export const scopeSchema = z.enum(scopes);

export type Scope = z.infer<typeof scopeSchema>;

/** Body of `POST /api/tokens`. */
export const newAppTokenSchema = z.strictObject({
  /** What its owner will know it by. */
  name: nameSchema,
  /** 90 unless said. */
  days: z.optional(z.int().check(z.minimum(1), z.maximum(3650))),
  /** `chat` unless said. */
  scopes: z.optional(z.array(scopeSchema).check(z.minLength(1), z.maxLength(scopes.length))),
});

export type NewAppToken = z.infer<typeof newAppTokenSchema>;

const appToken = {
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  /** RFC 3339. */
  createdAt: z.string(),
  expiresAt: z.string(),
};

/** Answer of `POST /api/tokens`: the only time that the token itself is shown. */
export const createdAppTokenSchema = z.object({ ...appToken, token: z.string() });

export type CreatedAppToken = z.infer<typeof createdAppTokenSchema>;

/** Answer of `GET /api/tokens`: the newest first, those that have ended included. */
export const appTokenListSchema = z.object({
  tokens: z.array(
    z.object({
      ...appToken,
      /** At most a minute behind; null before the first use. */
      lastUsedAt: z.nullable(z.string()),
      revokedAt: z.nullable(z.string()),
    }),
  ),
});

export type AppTokenList = z.infer<typeof appTokenListSchema>;
