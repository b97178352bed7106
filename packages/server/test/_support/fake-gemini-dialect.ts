import type { FakeDialect } from './fake-upstream-dialect.ts';
import type { FakeScript } from './fake-upstream-script.ts';

/** The model, in the path alone. */
const ROUTE = /^\/v1beta\/models\/([^/]+):streamGenerateContent$/;

/** @returns the model that a path asks for a streamed answer; `undefined` for any other path */
export function geminiModelOf(path: string): string | undefined {
  return ROUTE.exec(path)?.[1];
}

const errorOf = ({
  errorKind = 'INTERNAL',
  errorMessage = 'Something failed',
  status = 500,
}: FakeScript) => ({
  error: { code: status, message: errorMessage, status: errorKind },
});

/** Google's frames have CRLF, no names, and no end but the finish reason. */
export function geminiDialect(): FakeDialect {
  let model = '';
  let said = 0;
  const frame = (fields: object) => `data: ${JSON.stringify(fields)}\r\n\r\n`;
  const chunk = (candidate: object, usage: object | null = {}) =>
    frame({
      candidates: [{ ...candidate, index: 0 }],
      ...(usage === null
        ? {}
        : {
            usageMetadata: {
              promptTokenCount: 12,
              candidatesTokenCount: said,
              totalTokenCount: 12 + said,
              ...usage,
            },
          }),
      modelVersion: model,
      responseId: 'req_fake',
    });
  const part = (fields: object) => chunk({ content: { parts: [fields], role: 'model' } });
  return {
    callIdHeader: 'x-fake-call',
    begin(name) {
      model = name;
      return part({ text: '' });
    },
    reasoning: (text) => part({ text, thought: true }),
    token(text) {
      said += 1;
      return part({ text });
    },
    ping: () => ': ping\r\n\r\n',
    error: (script) => frame(errorOf(script)),
    finish: ({ stopReason = 'STOP', usage = {} }) =>
      chunk({ content: { parts: [{ text: '' }], role: 'model' }, finishReason: stopReason }, usage),
    errorBody: (script) => JSON.stringify(errorOf(script)),
  };
}

/** Answer of `GET /v1beta/models`, in two pages. */
export function geminiModels(search: URLSearchParams): object {
  if (search.get('pageToken') === 'more') {
    return { models: [{ name: 'models/embed-1', supportedGenerationMethods: ['embedContent'] }] };
  }
  return {
    models: [
      {
        name: 'models/gemini-3-fake',
        displayName: 'Gemini 3 Fake',
        inputTokenLimit: 1_048_576,
        outputTokenLimit: 65_536,
        supportedGenerationMethods: ['generateContent', 'countTokens'],
        thinking: true,
      },
    ],
    nextPageToken: 'more',
  };
}
