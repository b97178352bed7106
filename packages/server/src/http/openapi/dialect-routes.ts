import { stopResultSchema } from '@sluice/shared';
import { uiChatBodySchema } from '../ai-sdk/ui-chat-body.ts';
import { messageCallSchema } from '../anthropic/message-call-schema.ts';
import { chatCompletionSchema } from '../openai/chat-completion-schema.ts';
import { stopQuery } from '../routes/ai-sdk-router.ts';
import { protocolQuery } from '../ai-sdk/read-protocol.ts';
import { idempotencyKey } from './chat-routes.ts';
import type { DescribedRoute } from './described-route.ts';

/** In the words of the dialect's own vendor, where they are documented. */
const inOwnWords = (what: string) => ({
  description: `Refused, or failed: ${what}.`,
  content: { 'application/json': { schema: { type: 'object' } } },
});

const asOpenai = {
  tag: 'Other dialects',
  needs: 'chat',
  refusal: inOwnWords('`{"error": {"message", "type", "param", "code"}}`, as OpenAI has it'),
} as const;
const asAnthropic = {
  ...asOpenai,
  refusal: inOwnWords('`{"type": "error", "error": {"type", "message"}}`, as Anthropic has it'),
} as const;
const ofAiSdk = { tag: 'Other dialects', needs: 'chat' } as const;

const jsonOrStream = { mediaType: 'application/json', otherMediaTypes: ['text/event-stream'] } as const;
const streamed = 'With `"stream": true` Server-Sent Events.';

export const dialectRoutes: readonly DescribedRoute[] = [
  {
    ...asOpenai,
    route: 'POST /v1/chat/completions',
    does: 'Asks as one asks OpenAI',
    more: 'For clients of OpenAI: give them this server’s address with `/v1` as base URL, and a token as key.',
    body: chatCompletionSchema,
    example: { messages: [{ role: 'user', content: 'Why is the sky blue?' }] },
    headers: idempotencyKey,
    answers: { 200: { is: `A chat completion. ${streamed}`, ...jsonOrStream } },
  },
  {
    ...asOpenai,
    route: 'GET /v1/models',
    does: 'Lists the models that can be asked now',
    more: 'As OpenAI lists them; as Anthropic does for requests with `anthropic-version` or `x-api-key`.',
    answers: { 200: { is: 'The models.', mediaType: 'application/json' } },
  },
  {
    ...asOpenai,
    route: 'GET /v1/models/:id',
    does: 'Tells of a model',
    answers: { 200: { is: 'The model.', mediaType: 'application/json' } },
  },
  {
    ...asAnthropic,
    route: 'POST /v1/messages',
    does: 'Asks as one asks Anthropic',
    more: 'For clients of Anthropic: give them this server’s address as base URL, and a token as key.',
    body: messageCallSchema,
    example: { max_tokens: 1024, messages: [{ role: 'user', content: 'Why is the sky blue?' }] },
    headers: idempotencyKey,
    answers: { 200: { is: `A message. ${streamed}`, ...jsonOrStream } },
  },
  {
    ...ofAiSdk,
    route: 'POST /api/ai-sdk/chat',
    does: 'Asks as `useChat` of the Vercel AI SDK does',
    more: 'A UI message stream for AI SDK 5, 6 and 7; with `?protocol=data` the data stream of AI SDK 4.',
    query: protocolQuery,
    headers: idempotencyKey,
    body: uiChatBodySchema,
    example: {
      id: 'my-chat',
      messages: [{ id: '1', role: 'user', parts: [{ type: 'text', text: 'Why is the sky blue?' }] }],
    },
    answers: { 200: { is: 'The answer, as it is written.', mediaType: 'text/event-stream' } },
  },
  {
    ...ofAiSdk,
    route: 'GET /api/ai-sdk/chat/:id/stream',
    does: 'Gives the running answer of a chat again, from its beginning',
    query: protocolQuery,
    answers: {
      200: { is: 'The answer, as it is written.', mediaType: 'text/event-stream' },
      204: { is: 'Nothing is being answered.' },
    },
  },
  {
    ...ofAiSdk,
    route: 'POST /api/ai-sdk/chat/:id/stop',
    does: 'Stops the running answer of a chat',
    query: stopQuery,
    answers: {
      200: { is: 'It is stopped, or had ended.', schema: stopResultSchema },
      202: { is: 'The upstream connection was not closed within two seconds.', schema: stopResultSchema },
    },
  },
];
