import { SluiceError } from '@sluice/shared';
import { isAbsent } from './is-absent.ts';

/** For what the dialect has and this server has not. @throws {SluiceError} */
export function refuseOption(field: string, why = 'is not supported by this server'): never {
  throw new SluiceError('unsupported_option', { detail: `${field}: ${why}` });
}

/** @throws {SluiceError} `unsupported_option` for any of the fields that asks for something */
export function refuseUnlessEmpty(call: Readonly<Record<string, unknown>>, fields: readonly string[]): void {
  for (const field of fields) {
    if (!isAbsent(call[field])) refuseOption(field);
  }
}
