import { SluiceError, emailSchema } from '@sluice/shared';

/** @throws {SluiceError} `invalid_request`: not what sign-in would take as an email */
export function checkEmail(email: string): void {
  if (!emailSchema.safeParse(email).success) {
    throw new SluiceError('invalid_request', { detail: `"${email}" is not an email address` });
  }
}
