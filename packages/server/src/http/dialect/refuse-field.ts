import { SluiceError } from '@sluice/shared';

/** @param field in the caller's words @throws {SluiceError} */
export function refuseField(field: string, why: string): never {
  throw new SluiceError('invalid_request', { detail: `${field}: ${why}` });
}

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

/** Null and nothing are what SDKs send for options that nobody has set. */
export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}
