import * as z from 'zod/mini';
import { runEndSchema, runStartSchema } from './run-event.ts';

/**
 * The `metadata` of an answer's `UIMessage` in the Vercel AI SDK: what begins the run, from the first moment on, and how it ended,
 * once it has, also when it was stopped or failed. Takes its place as `messageMetadataSchema` of a chat.
 */
export const answerMetadataSchema = z.extend(
  z.omit(runStartSchema, { type: true }),
  z.partial(z.omit(runEndSchema, { type: true, done: true })).shape,
);

/** `model` is the one that answers: after a fallback, that one. Of `useChat<UIMessage<AnswerMetadata>>()`. */
export type AnswerMetadata = z.infer<typeof answerMetadataSchema>;
