import * as z from 'zod';

const shared = {
  iss: z.literal('sluice'),
  aud: z.literal('sluice'),
  /** The user's id. */
  sub: z.string().min(1),
  jti: z.string().min(1),
  /** Seconds, RFC 7519. */
  iat: z.int(),
  exp: z.int(),
};

/** The claims of each kind of token, by the `typ` of its header (RFC 8725, section 3.11). */
export const claimsSchemas = {
  'session+jwt': z.object({ ...shared, sid: z.string().min(1) }),
  /** `scope` is separated by spaces (RFC 8693, section 4.2). */
  'token+jwt': z.object({ ...shared, scope: z.string() }),
};

export type SessionClaims = z.infer<(typeof claimsSchemas)['session+jwt']>;
export type AppTokenClaims = z.infer<(typeof claimsSchemas)['token+jwt']>;
