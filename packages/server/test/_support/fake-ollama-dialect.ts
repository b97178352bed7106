import type { FakeDialect } from './fake-upstream-dialect.ts';
import type { FakeScript } from './fake-upstream-script.ts';

const DIGEST = 'a80c4f17acd55265feec403c7aef86be0c25983ab279d83f3bcd3abbcb5b8b72';

const errorOf = ({ errorMessage = 'Something failed' }: FakeScript) =>
  JSON.stringify({ error: errorMessage });

/** Lines of `/api/chat`; Ollama has no ids of calls and no pings. */
export function ollamaDialect(): FakeDialect {
  let model = '';
  const line = (fields: object) =>
    `${JSON.stringify({ model, created_at: '2026-11-20T10:00:00.000000001Z', ...fields })}\n`;
  const message = (fields: object) =>
    line({ message: { role: 'assistant', content: '', ...fields }, done: false });
  return {
    contentType: 'application/x-ndjson',
    callIdHeader: 'x-fake-call',
    begin(name) {
      model = name;
      return '';
    },
    reasoning: (thinking) => message({ thinking }),
    token: (content) => message({ content }),
    ping: () => '\n',
    error: (script) => `${errorOf(script)}\n`,
    finish: ({ stopReason = 'stop', usage = {} }, tokens) =>
      line({
        message: { role: 'assistant', content: '' },
        done: true,
        done_reason: stopReason,
        total_duration: 5_000_000,
        ...(usage === null ? {} : { prompt_eval_count: 12, eval_count: tokens, ...usage }),
      }),
    errorBody: errorOf,
  };
}

/** Answers of an Ollama's other routes; `undefined` for a route it does not have. */
export function answerOllama(route: string, body: string): object | undefined {
  switch (route) {
    case 'GET /api/version':
      return { version: '0.24.0' };
    case 'GET /api/tags':
      return {
        models: [
          { name: 'fake:1b', model: 'fake:1b', digest: DIGEST, details: { family: 'fake' } },
          {
            name: 'fake:cloud',
            model: 'fake:cloud',
            digest: `b${DIGEST}`,
            remote_host: 'https://ollama.com',
          },
          { name: 'embed:1b', model: 'embed:1b', digest: `c${DIGEST}`, details: { family: 'bert' } },
        ],
      };
    case 'POST /api/show':
      return describeModel((JSON.parse(body) as { model?: string }).model ?? '');
    default:
      return undefined;
  }
}

function describeModel(model: string): object {
  const isEmbedder = model.startsWith('embed');
  return {
    details: { family: isEmbedder ? 'bert' : 'fake' },
    model_info: { 'general.architecture': 'fake', 'fake.context_length': 32_768, 'fake.vision.depth': 4 },
    capabilities: isEmbedder ? ['embedding'] : ['completion', 'vision', 'thinking'],
  };
}
