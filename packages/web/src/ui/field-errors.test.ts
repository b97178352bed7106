import { SluiceError } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { readProblem } from './field-errors.ts';

const names = new Set(['email', 'newPassword']);
const refuse = (detail: string) => new SluiceError('invalid_request', { detail, requestId: 'q1' });

describe('readProblem', () => {
  it('puts each thing the server names beside its field', () => {
    expect(readProblem(refuse('newPassword: is not right; email: must be an email address'), names)).toEqual({
      fields: { newPassword: 'Is not right', email: 'Must be an email address' },
      general: null,
    });
  });

  it('says of the form what is said of no field in it, with what to quote when asking for help', () => {
    expect(readProblem(refuse('role: this is the last administrator'), names)).toEqual({
      fields: {},
      general: 'role: this is the last administrator (request q1)',
    });
  });

  it('says when to try again', () => {
    const error = new SluiceError('rate_limited', { retryAfterMs: 1500 });
    expect(readProblem(error, names).general).toBe('Too many requests. Try again in 2 s.');
  });

  it('takes everything else for a server out of reach', () => {
    expect(readProblem(new TypeError('network'), names).general).toMatch(/could not be reached/);
  });
});
