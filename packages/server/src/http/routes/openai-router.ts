import { type Request, type RequestHandler, Router } from 'express';
import { OpenAiChunkEncoder } from '../../encoders/openai-chunk-encoder.ts';
import type { Runs } from '../../runs/runs.ts';
import { sendEvents } from '../../transport/send-events.ts';
import { beginForeignRun } from '../dialect/begin-foreign-run.ts';
import { requireWhole } from '../dialect/failed-answer.ts';
import { HOLD_MS, holdUntilAnswer } from '../dialect/hold-until-answer.ts';
import { readBody } from '../middleware/read-body.ts';
import { trackClose } from '../middleware/track-close.ts';
import { type ChatCompletionCall, chatCompletionSchema } from '../openai/chat-completion-schema.ts';
import { readChatCompletion } from '../openai/read-chat-completion.ts';
import { toChatCompletion } from '../openai/to-chat-completion.ts';
import { readAnswer } from '../read-answer.ts';

export interface DialectRouterPorts {
  runs: Runs;
  /** Who asks, and whether they may start a run now. */
  admit: RequestHandler[];
  heartbeatMs: number;
}

/** For OpenAI's own SDKs, and all that speak like them. */
export function openAiRouter({ runs, admit, heartbeatMs }: DialectRouterPorts): Router {
  const router = Router();
  const path = [trackClose, ...admit, ...readBody(chatCompletionSchema, '20mb')];

  router.post(
    '/v1/chat/completions',
    ...path,
    async (req: Request<Record<string, string>, unknown, ChatCompletionCall>, res) => {
      const { stream, stream_options: options } = req.body;
      const { events } = await beginForeignRun(runs, { req, res, asked: readChatCompletion(req.body) });
      if (stream !== true) {
        const answer = await readAnswer(events);
        if (!res.destroyed) res.json(toChatCompletion(requireWhole(answer)));
        return;
      }
      const encoder = new OpenAiChunkEncoder({ includesUsage: options?.include_usage === true });
      await sendEvents(res, await holdUntilAnswer(events, HOLD_MS), { encoder, heartbeatMs });
    },
  );
  return router;
}
