import { errorEntry } from '@sluice/shared';
import type { Failure } from './failure.ts';

/** @returns the HTTP status that OpenAI's and Anthropic's dialects give a failure before the answer has begun */
export function failureStatus(code: Failure['code']): number {
  switch (code) {
    case 'budget_exceeded':
      // What their clients know as a quota that is used up.
      return 429;
    case 'stopped':
    case 'disconnected':
      return 409;
    default:
      return errorEntry(code).status;
  }
}
