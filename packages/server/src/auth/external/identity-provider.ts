/** An external identity provider, whose access tokens are taken as well as our own. */
export interface IdentityProvider {
  /** `iss`, exactly. */
  issuer: string;
  /** What `aud` must hold. */
  audience: string;
  /** Where its keys are; discovered unless given. */
  jwksUrl?: string;
  /** `name=value`, or `*`: whose first token makes their account. Unless given, nobody's does. */
  requiredClaim?: string;
}
