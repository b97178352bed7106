import type { ChatRequest } from '@sluice/shared';
import { Run } from '../../runs/run.ts';
import { toRunOptions } from '../../runs/run-options.ts';
import type { StoredRun } from '../../storage/stored-run.ts';

/** What a run was asked, as far as it takes that to go on from it, or why that is not known. */
export type Asked = { body: ChatRequest } | { unknown: string };

/** Of an answer that has ended. */
export const tooMuch: Asked = {
  unknown: 'id: what it was asked is too much to be kept after its end; send a chat',
};

/** @returns all of it; in a conversation, where what was said is stored, the options alone */
export function keepAsked(body: ChatRequest): Asked {
  return { body: body.conversationId === undefined ? body : toRunOptions(body, false) };
}

/** @returns what is known of a run that was asked over another connection */
export function recallAsked(run: Run | StoredRun): Asked {
  if (run.conversationId === null) {
    return {
      unknown:
        'id: outside of conversations an answer is steered over the socket that asked for it; send a chat',
    };
  }
  if (run instanceof Run && run.options !== null) return { body: run.options };
  return {
    unknown:
      'id: the options it was asked with are not known here, for it has ended or another server answers it; send a chat with its conversationId',
  };
}
