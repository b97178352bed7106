import type { ManagedUser } from '@sluice/shared';
import { t } from '../ui/text.ts';

/** @returns each role and what people read for it */
export function listRoles(): readonly (readonly [ManagedUser['role'], string])[] {
  return [
    ['user', t('User')],
    ['admin', t('Admin')],
  ];
}

/** @param value of a choice between the roles */
export function readRole(value: string): ManagedUser['role'] {
  return value === 'admin' ? 'admin' : 'user';
}
