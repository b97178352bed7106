import { SluiceError } from '@sluice/shared';
import type { HttpFailure } from '../check-answers.ts';
import { asObject, asText } from '../parse-chunk.ts';
import { toInternal, toSluiceError } from '../upstream-error.ts';

/** @returns what an exception of the call means */
export function mapError(error: unknown): SluiceError {
  return error instanceof SluiceError ? error : toInternal(error);
}

/** @returns what an answer that is no success means */
export function mapFailure({ body, ...failure }: HttpFailure, providerName: string): SluiceError {
  return toSluiceError({ ...failure, providerName, ...wordsOf(body) });
}

/** @returns what the `error` of a line means: Ollama says it in plain text alone */
export function mapStreamError(error: unknown, providerName: string): SluiceError {
  return toSluiceError({ providerName, ...wordsOf({ error }) });
}

/** Ollama's `{"error":"text"}`; its cloud, and proxies before it, speak OpenAI's form. */
function wordsOf(body: unknown): { kinds: readonly unknown[]; message: string } {
  const { error } = asObject(body);
  const { type, code, message } = asObject(error);
  return { kinds: [type, code], message: asText(error) || asText(message) || asText(body) };
}
