import type { AnswerMetadata, RunEnd, RunEvent, RunStart } from '@sluice/shared';

/** What an answer's message carries from its beginning on. */
export function metadataAtStart(start: RunStart): AnswerMetadata {
  const { type: _, ...metadata } = start;
  return metadata;
}

/** What changes when another model answers than was asked. */
export function metadataAtFallback({
  to,
}: Extract<RunEvent, { type: 'run-fallback' }>): Partial<AnswerMetadata> {
  return { model: to, provider: to.slice(0, to.indexOf('/')) };
}

/** What it carries once it has ended, beside that. */
export function metadataAtEnd(end: RunEnd): Partial<AnswerMetadata> {
  const { type: _type, done: _done, ...metadata } = end;
  return metadata;
}
