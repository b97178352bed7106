import type { RunEndReason } from '@sluice/shared';

/** In the words that every major of the Vercel AI SDK knows; `other` for what is no end of an answer. */
export function aiSdkFinishReason(reason: RunEndReason): 'stop' | 'length' | 'content-filter' | 'other' {
  switch (reason) {
    case 'complete':
      return 'stop';
    case 'length':
      return 'length';
    case 'refused':
      return 'content-filter';
    default:
      return 'other';
  }
}
