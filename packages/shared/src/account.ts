import * as z from 'zod/mini';
import { scopeSchema } from './app-token.ts';
import { nameSchema, passwordSchema, userSchema } from './session.ts';

/** Answer of `GET` and `PATCH /api/me`: who asks, and what the token may be used for. */
export const meSchema = z.extend(userSchema, { scopes: z.array(scopeSchema) });

export type Me = z.infer<typeof meSchema>;

/** Body of `PATCH /api/me`; null takes the name away. */
export const meChangesSchema = z.strictObject({ name: z.nullable(nameSchema) });

export type MeChanges = z.infer<typeof meChangesSchema>;

/** Body of `POST /api/me/password`. */
export const passwordChangeSchema = z.strictObject({
  currentPassword: z.string().check(z.minLength(1), z.maxLength(256)),
  newPassword: passwordSchema,
});

export type PasswordChange = z.infer<typeof passwordChangeSchema>;

/** Answer of `GET /api/me/sessions`: where the user is signed in, the newest first. */
export const openSessionListSchema = z.object({
  sessions: z.array(
    z.object({
      id: z.string(),
      /** RFC 3339. */
      createdAt: z.string(),
      /** At most a minute behind; null before the first use. */
      lastUsedAt: z.nullable(z.string()),
      /** As the browser called itself when it signed in. */
      userAgent: z.nullable(z.string()),
      /** Whether it is the session that asks. */
      current: z.boolean(),
    }),
  ),
});

export type OpenSessionList = z.infer<typeof openSessionListSchema>;
