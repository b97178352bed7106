import type { FakeScript } from './fake-upstream-script.ts';

/** How one API says an answer; each function gives the text of its frames, with LF line ends unless its own are others. */
export interface FakeDialect {
  /** Default: that of event streams. */
  contentType?: string;
  begin(model: string): string;
  reasoning(text: string): string;
  token(text: string): string;
  ping(): string;
  error(script: FakeScript): string;
  finish(script: FakeScript, tokens: number): string;
  errorBody(script: FakeScript): string;
  callIdHeader: string;
}

const sse = (event: string, fields: object) =>
  `event: ${event}\ndata: ${JSON.stringify({ type: event, ...fields })}\n\n`;

const anthropicError = ({ errorKind = 'api_error', errorMessage = 'Something failed' }: FakeScript) => ({
  type: errorKind,
  message: errorMessage,
});

/** One text block, after a thinking block where there is reasoning. */
export function anthropicDialect(): FakeDialect {
  let index = -1;
  let open = '';
  const enter = (type: string, block: object) => {
    if (open === type) return '';
    const closing = open === '' ? '' : sse('content_block_stop', { index });
    open = type;
    index += 1;
    return closing + sse('content_block_start', { index, content_block: { type, ...block } });
  };
  return {
    callIdHeader: 'request-id',
    begin: (model) =>
      sse('message_start', {
        message: {
          id: 'msg_fake',
          type: 'message',
          role: 'assistant',
          model,
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: {
            input_tokens: 12,
            cache_creation_input_tokens: 0,
            cache_read_input_tokens: 0,
            output_tokens: 1,
          },
        },
      }) + sse('ping', {}),
    reasoning: (thinking) =>
      enter('thinking', { thinking: '', signature: '' }) +
      sse('content_block_delta', { index, delta: { type: 'thinking_delta', thinking } }),
    token: (text) =>
      enter('text', { text: '' }) +
      sse('content_block_delta', { index, delta: { type: 'text_delta', text } }),
    ping: () => sse('ping', {}),
    error: (script) => sse('error', { error: anthropicError(script) }),
    finish: ({ stopReason = 'end_turn', usage = {} }, tokens) =>
      (open === '' ? '' : sse('content_block_stop', { index })) +
      sse('message_delta', {
        delta: { stop_reason: stopReason, stop_sequence: null },
        usage: usage === null ? null : { output_tokens: tokens, ...usage },
      }) +
      sse('message_stop', {}),
    errorBody: (script) =>
      JSON.stringify({ type: 'error', error: anthropicError(script), request_id: 'req_fake' }),
  };
}

const openAiError = ({ errorKind = 'server_error', errorMessage = 'Something failed' }: FakeScript) => ({
  error: { message: errorMessage, type: errorKind, param: null, code: errorKind },
});

export function openAiDialect(): FakeDialect {
  let model = '';
  const chunk = (fields: object) =>
    `data: ${JSON.stringify({ id: 'chatcmpl-fake', object: 'chat.completion.chunk', created: 1_760_000_000, model, ...fields })}\n\n`;
  const choice = (delta: object, finishReason: string | null = null) =>
    chunk({ choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }], usage: null });
  return {
    callIdHeader: 'x-request-id',
    begin(name) {
      model = name;
      return choice({ role: 'assistant', content: '' });
    },
    reasoning: (text) => choice({ reasoning_content: text }),
    token: (content) => choice({ content }),
    ping: () => ': ping\n\n',
    error: (script) => `data: ${JSON.stringify(openAiError(script))}\n\n`,
    finish: ({ stopReason = 'stop', usage = {}, noDone = false }, tokens) =>
      choice({}, stopReason) +
      (usage === null
        ? ''
        : chunk({
            choices: [],
            usage: { prompt_tokens: 12, completion_tokens: tokens, total_tokens: 12 + tokens, ...usage },
          })) +
      (noDone ? '' : 'data: [DONE]\n\n'),
    errorBody: (script) => JSON.stringify(openAiError(script)),
  };
}
