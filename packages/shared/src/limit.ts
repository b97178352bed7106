import * as z from 'zod/mini';

const limitKey = {
  /** Whom it binds. `default` is each user who has no limit of their own for that period and unit. */
  subject: z.enum(['default', 'user', 'token', 'model']),
  /** Of the calendar, in UTC. */
  period: z.enum(['day', 'month']),
  /** Runs begun; tokens in and out together; or what they cost, in millionths of a US dollar. */
  unit: z.enum(['requests', 'tokens', 'microUsd'], { error: 'must be requests, tokens or microUsd' }),
};

/** One limit as administrators see it. */
export const limitSchema = z.object({
  ...limitKey,
  /** Of the user, token or model; null for `default`. */
  id: z.nullable(z.string()),
  /** A user's email, a token's name. */
  label: z.nullable(z.string()),
  amount: z.number(),
});

export type Limit = z.infer<typeof limitSchema>;

/** Answer of `GET` and `PUT /api/admin/limits`. */
export const limitListSchema = z.object({ limits: z.array(limitSchema) });

export type LimitList = z.infer<typeof limitListSchema>;

/** Body of `PUT /api/admin/limits`: one limit as it is to be from now on. */
export const limitChangeSchema = z
  .strictObject({
    ...limitKey,
    id: z.optional(z.string().check(z.minLength(1), z.maxLength(200))),
    /** Null takes the limit away; 0 lets nothing through. */
    amount: z.nullable(z.int().check(z.minimum(0), z.maximum(1_000_000_000_000))),
  })
  .check(({ value, issues }) => {
    const report = (message: string) => issues.push({ code: 'custom', input: value, path: ['id'], message });
    if (value.subject === 'default' && value.id !== undefined) report('the default has none');
    if (value.subject !== 'default' && value.id === undefined) report(`name the ${value.subject}`);
  });

export type LimitChange = z.infer<typeof limitChangeSchema>;

/** A limit that applies to the caller, and how much of it is used in the period that goes on. */
export const limitStateSchema = z.object({
  subject: z.enum(['user', 'token', 'model']),
  /** Of the token or the model; null where it is the caller's own. */
  id: z.nullable(z.string()),
  /** A token's name. */
  label: z.nullable(z.string()),
  period: limitKey.period,
  unit: limitKey.unit,
  amount: z.number(),
  /** By runs that have ended; of requests, by those that have begun. */
  used: z.number(),
  /** Set aside for runs that are going on. */
  held: z.number(),
  left: z.number(),
  /** RFC 3339: when the period ends, and the next one begins with all of it. */
  resetsAt: z.string(),
});

export type LimitState = z.infer<typeof limitStateSchema>;

/** Answer of `GET /api/me/limits`. */
export const limitStateListSchema = z.object({ limits: z.array(limitStateSchema) });

export type LimitStateList = z.infer<typeof limitStateListSchema>;
