import {
  chatAnswerSchema,
  chatRequestSchema,
  runEventSchema,
  runListSchema,
  runStateSchema,
  stopResultSchema,
} from '@sluice/shared';
import * as z from 'zod';
import type { DescribedRoute } from './described-route.ts';

const question = { message: 'Why is the sky blue?' };

const stream = {
  schema: runEventSchema,
  mediaType: 'text/event-stream',
  example: `id: 1
data: {"type":"run-start","runId":"…","model":"demo/sluice","provider":"demo","createdAt":"2026-01-01T00:00:00.000Z"}

id: 2
data: {"type":"text-delta","text":"Because"}

id: 3
data: {"type":"run-end","done":true,"reason":"complete","usage":null,"cost":null,"saved":true,"timing":{"firstTokenMs":120,"totalMs":900}}
`,
};

export const idempotencyKey = {
  'Idempotency-Key':
    'Yours alone. The same key and body within 24 hours are the same run, from its first event.',
};

const format = z.object({ format: z.enum(['content', 'text']).optional() });

export const chatRoutes: readonly DescribedRoute[] = [
  {
    route: 'POST /api/chat/stream',
    tag: 'Chat',
    does: 'Asks, and answers with a stream of events',
    more: 'Each event is one frame: `id: <seq>` and `data: <one JSON object>`. A stream that ends without `run-end` was cut. `?format=content` sends `{"content": …}` frames and `[DONE]`, `?format=text` plain text.',
    needs: 'chat',
    query: format,
    headers: idempotencyKey,
    body: chatRequestSchema,
    example: question,
    answers: {
      200: { is: 'The events of the run, as they happen.', ...stream, otherMediaTypes: ['text/plain'] },
    },
  },
  {
    route: 'POST /api/chat',
    tag: 'Chat',
    does: 'Asks, and answers when the answer is whole',
    needs: 'chat',
    headers: idempotencyKey,
    body: chatRequestSchema,
    example: question,
    answers: { 200: { is: 'The answer.', schema: chatAnswerSchema } },
  },
  {
    route: 'GET /api/runs',
    tag: 'Chat',
    does: 'Lists what is being answered',
    needs: 'chat',
    query: z.object({ active: z.literal('true') }),
    answers: { 200: { is: 'The caller’s running answers.', schema: runListSchema } },
  },
  {
    route: 'GET /api/runs/:id',
    tag: 'Chat',
    does: 'Tells how a run stands',
    needs: 'chat',
    answers: { 200: { is: 'Its state, usage and cost.', schema: runStateSchema } },
  },
  {
    route: 'GET /api/runs/:id/events',
    tag: 'Chat',
    does: 'Follows a run, or resumes it',
    more: 'Everything after the cursor, while the run goes on and for five minutes after. Any number of readers.',
    needs: 'chat',
    query: z.object({ after: z.int().min(0).optional(), ...format.shape }),
    headers: { 'Last-Event-ID': 'The seq of the last event seen; wins over `after`.' },
    answers: {
      200: { is: 'The events after the cursor.', ...stream, otherMediaTypes: ['text/plain'] },
      204: { is: 'Everything was delivered before.' },
    },
  },
  {
    route: 'POST /api/runs/:id/stop',
    tag: 'Chat',
    does: 'Stops a run, and keeps what was said',
    needs: 'chat',
    answers: {
      200: { is: 'The upstream connection is closed, or the run had ended.', schema: stopResultSchema },
      202: { is: 'It was not closed within two seconds.', schema: stopResultSchema },
    },
  },
  {
    route: 'GET /api/ws',
    tag: 'Chat',
    does: 'Opens a WebSocket: asks, stops, resumes and steers any number of answers',
    more: 'The token goes into `Sec-WebSocket-Protocol` as `sluice, bearer.<token>`, or into a first message `{"type":"auth","token":…}`. docs/protocol.md has its messages.',
    needs: 'token of its own',
    answers: { 101: { is: 'The connection is a WebSocket from here on.' } },
  },
];
