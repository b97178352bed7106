import { type Request, Router } from 'express';
import { AnthropicEventEncoder } from '../../encoders/anthropic-event-encoder.ts';
import { sendEvents } from '../../transport/send-events.ts';
import { type MessageCall, messageCallSchema } from '../anthropic/message-call-schema.ts';
import { readMessageCall } from '../anthropic/read-message-call.ts';
import { showsThinking } from '../anthropic/read-thinking.ts';
import { toMessage } from '../anthropic/to-message.ts';
import { beginForeignRun } from '../dialect/begin-foreign-run.ts';
import { requireWhole } from '../dialect/failed-answer.ts';
import { HOLD_MS, holdUntilAnswer } from '../dialect/hold-until-answer.ts';
import { readBody } from '../middleware/read-body.ts';
import { trackClose } from '../middleware/track-close.ts';
import { readAnswer } from '../read-answer.ts';
import type { DialectRouterPorts } from './openai-router.ts';

/** For Anthropic's own SDKs. */
export function anthropicRouter({ runs, admit, heartbeatMs }: DialectRouterPorts): Router {
  const router = Router();
  const path = [trackClose, ...admit, ...readBody(messageCallSchema, '20mb')];

  router.post(
    '/v1/messages',
    ...path,
    async (req: Request<Record<string, string>, unknown, MessageCall>, res) => {
      const shown = { showsThinking: showsThinking(req.body) };
      const { events } = await beginForeignRun(runs, { req, res, asked: readMessageCall(req.body) });
      if (req.body.stream !== true) {
        const answer = await readAnswer(events);
        if (!res.destroyed) res.json(toMessage(requireWhole(answer), shown));
        return;
      }
      const encoder = new AnthropicEventEncoder(shown);
      await sendEvents(res, await holdUntilAnswer(events, HOLD_MS), { encoder, heartbeatMs });
    },
  );
  return router;
}
