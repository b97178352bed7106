import { SluiceError } from '@sluice/shared';

/** @param field in the caller's words @throws {SluiceError} */
export function refuseField(field: string, why: string): never {
  throw new SluiceError('invalid_request', { detail: `${field}: ${why}` });
}
