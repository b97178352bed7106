import { type Scope, scopes } from '@sluice/shared';

export type { Scope };

export function isScope(value: string): value is Scope {
  return (scopes as readonly string[]).includes(value);
}

/** Everything a role may do: what a session has, and the most an app token can have. */
export function scopesOfRole(role: 'admin' | 'user'): readonly Scope[] {
  return role === 'admin' ? scopes : scopes.filter((scope) => scope !== 'admin');
}
