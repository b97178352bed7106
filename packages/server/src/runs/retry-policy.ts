// In: how a call failed before its first token. Out: whether, and when, the same or another model may be asked.
// Never: a wait beyond what one request may cost.
import { type Message, SluiceError, errorEntry } from '@sluice/shared';
import type { ResolvedModel } from '../catalog/catalog.ts';

/** Calls of one model, the first included. */
export const MAX_CALLS = 3;
/** What the waits of one run may take together. */
const MAX_WAIT_MS = 30_000;
const FIRST_DELAY_MS = 500;

interface Failed {
  error: unknown;
  /** Calls of this model that have been made. */
  calls: number;
  /** What the run has waited between calls so far. */
  waitedMs: number;
}

/**
 * @param random from 0 up to 1: servers that failed together do not come back together
 * @returns after how many ms the same model may be asked again; undefined when it may not
 */
export function retryDelayMs({ error, calls, waitedMs }: Failed, random: number): number | undefined {
  if (calls >= MAX_CALLS || !(error instanceof SluiceError) || !mayPass(error)) return undefined;
  const backoff = FIRST_DELAY_MS * 2 ** (calls - 1);
  const asked = error.details.retryAfterMs ?? 0;
  const delayMs = Math.round(Math.max(asked, backoff / 2) + (random * backoff) / 2);
  return waitedMs + delayMs <= MAX_WAIT_MS ? delayMs : undefined;
}

/** Whether it may go by itself. */
function mayPass({ code, details }: SluiceError): boolean {
  return details.upstreamStatus === 409 || (isUpstream(code) && errorEntry(code).retryable);
}

const isUpstream = (code: string) => code.startsWith('upstream_');

/** @returns whether `to` may answer where `from` failed so */
export function mayFallBack(
  error: unknown,
  { from, to, messages }: { from: ResolvedModel; to: ResolvedModel; messages: readonly Message[] },
): boolean {
  if (!(error instanceof SluiceError)) return false;
  if (!to.capabilities.images && messages.some(hasImage)) return false;
  if (error.code === 'context_length_exceeded')
    return (to.contextWindow ?? 0) > (from.contextWindow ?? Infinity);
  // Any other refusal of the request is what the next model would say too; that a model is not known, is not.
  if (error.code === 'upstream_invalid') return [404, 409].includes(error.details.upstreamStatus ?? 0);
  // Another model may be quicker.
  if (error.code === 'first_token_timeout') return true;
  return isUpstream(error.code) && error.code !== 'upstream_too_large';
}

function hasImage({ content }: Message): boolean {
  return typeof content !== 'string' && content.some(({ type }) => type === 'image');
}
