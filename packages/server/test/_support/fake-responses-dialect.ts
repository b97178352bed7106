import { type FakeDialect, openAiDialect } from './fake-upstream-dialect.ts';

const incompleteFor: Readonly<Record<string, string>> = {
  length: 'max_output_tokens',
  content_filter: 'content_filter',
};

/** OpenAI's Responses: one message, after a reasoning item where there is reasoning. */
export function responsesDialect(): FakeDialect {
  const chat = openAiDialect();
  const response = { id: 'resp_fake', object: 'response', created_at: 1_760_000_000, model: '' };
  let number = 0;
  let index = -1;
  let open = '';
  const event = (type: string, fields: object) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: number++, ...fields })}\n\n`;
  const place = () => ({ item_id: `item_${index}`, output_index: index });
  const leave = () =>
    open === '' ? '' : event('response.output_item.done', { ...place(), item: { type: open } });
  const enter = (type: string) => {
    if (open === type) return '';
    const closing = leave();
    open = type;
    index += 1;
    return closing + event('response.output_item.added', { ...place(), item: { type } });
  };
  return {
    callIdHeader: chat.callIdHeader,
    ping: () => chat.ping(),
    errorBody: (script) => chat.errorBody(script),
    begin(model) {
      response.model = model;
      return event('response.created', { response: { ...response, status: 'in_progress', output: [] } });
    },
    reasoning: (delta) =>
      enter('reasoning') +
      event('response.reasoning_summary_text.delta', { ...place(), summary_index: 0, delta }),
    token: (delta) =>
      enter('message') +
      event('response.output_text.delta', { ...place(), content_index: 0, delta, logprobs: [] }),
    error: ({ errorKind = 'server_error', errorMessage = 'Something failed' }) =>
      event('error', { code: errorKind, message: errorMessage, param: null }),
    finish({ stopReason = 'stop', usage = {} }, tokens) {
      const reason = incompleteFor[stopReason];
      const status = reason === undefined ? 'completed' : 'incomplete';
      const counted = { input_tokens: 12, output_tokens: tokens, total_tokens: 12 + tokens, ...usage };
      return (
        leave() +
        event(`response.${status}`, {
          response: {
            ...response,
            status,
            error: null,
            incomplete_details: reason === undefined ? null : { reason },
            usage: usage === null ? null : counted,
          },
        })
      );
    },
  };
}
