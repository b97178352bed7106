import * as z from 'zod/mini';

export const userSchema = z.object({
  id: z.string(),
  email: z.string(),
  name: z.nullable(z.string()),
  role: z.enum(['admin', 'user']),
});

export type User = z.infer<typeof userSchema>;

/** Neither spaces nor control characters, and whole characters alone. */
export const emailSchema = z
  .string()
  .check(
    z.maxLength(254),
    z.regex(/^[^\s@\p{Cc}\p{Cs}]+@[^\s@\p{Cc}\p{Cs}]+$/u, { error: 'must be an email address' }),
  );

/** Length is what counts (NIST SP 800-63B); the upper bound keeps hashing cheap. */
export const passwordSchema = z.string().check(z.minLength(12), z.maxLength(256));

/** What a person or a token is called: one line. */
export const nameSchema = z
  .string()
  .check(
    z.trim(),
    z.minLength(1),
    z.maxLength(100),
    z.regex(/^[^\p{Cc}\p{Cs}]*$/u, { error: 'must be one line of text' }),
  );

/** Body of `POST /api/auth/setup`: the first administrator's account, against the one-time code. */
export const setupRequestSchema = z.strictObject({
  code: z.string().check(z.minLength(1), z.maxLength(100)),
  email: emailSchema,
  password: passwordSchema,
  name: z.optional(nameSchema),
});

export type SetupRequest = z.infer<typeof setupRequestSchema>;

/** Body of `POST /api/auth/login`. */
export const loginRequestSchema = z.strictObject({
  email: emailSchema,
  password: z.string().check(z.minLength(1), z.maxLength(256)),
});

export type LoginRequest = z.infer<typeof loginRequestSchema>;

/** Answer of setup, login and refresh; the refresh token travels in a cookie that scripts cannot read. */
export const sessionSchema = z.object({
  accessToken: z.string(),
  /** Seconds until `accessToken` expires. */
  expiresIn: z.number(),
  user: userSchema,
});

export type Session = z.infer<typeof sessionSchema>;
