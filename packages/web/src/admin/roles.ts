import type { ManagedUser } from '@sluice/shared';

export const roles = [
  ['user', 'User'],
  ['admin', 'Admin'],
] as const satisfies readonly (readonly [ManagedUser['role'], string])[];

/** @param value of a choice between the roles */
export function readRole(value: string): ManagedUser['role'] {
  return value === 'admin' ? 'admin' : 'user';
}
