import type { ErrorCode, Usage } from '@sluice/shared';
import { type RecordedStream, chunksOf } from '../../test/_support/recorded-streams.ts';
import { createAnthropicProvider } from './anthropic/anthropic-provider.ts';
import { createGeminiProvider } from './gemini/gemini-provider.ts';
import { createOllamaProvider } from './ollama/ollama-provider.ts';
import { createCompatibleProvider } from './openai-compatible/compatible-provider.ts';
import { type PresetName, presets } from './openai-compatible/presets.ts';
import { createOpenaiProvider } from './openai/openai-provider.ts';
import { type Outcome, codeOf } from './outcome.fixture.ts';
import type { Provider } from './provider.ts';

/** Streams of these APIs are not read, since none of our adapters calls them. */
export const uncalledApis: Readonly<Record<string, string>> = {
  'gemini-interactions': 'the Interactions API, which Sluice does not call: it calls generateContent',
  'ollama-generate': '/api/generate, which Sluice does not call: it calls /api/chat',
};

export const apiKey = 'sk-canary-0123456789';

/** Names that are another's in our presets. */
const presetNames: Readonly<Record<string, PresetName>> = { lmstudio: 'lm-studio' };

/** @returns the adapter that somebody would use who has this upstream */
export async function openAdapter(
  { provider, api }: { provider: string; api: string },
  url: string,
): Promise<Provider & AsyncDisposable> {
  switch (api) {
    case 'anthropic-messages':
      return createAnthropicProvider({ apiKey, baseUrl: url });
    case 'gemini':
      return await createGeminiProvider({ apiKey, baseUrl: url });
    case 'ollama-chat':
      return createOllamaProvider({ apiKey, baseUrl: url });
    default:
      return openOpenai(provider, `${url}/v1`);
  }
}

function openOpenai(provider: string, baseUrl: string): Provider & AsyncDisposable {
  if (provider === 'openai') return createOpenaiProvider({ apiKey, baseUrl });
  const name = presetNames[provider] ?? provider;
  const preset = Object.hasOwn(presets, name) ? (name as PresetName) : 'generic';
  return createCompatibleProvider({ id: name, name, preset, apiKey, baseUrl });
}

/** What came of an answer, in the words of the product. */
export interface Reading {
  text: string;
  reasoning: string;
  finish: 'complete' | 'length' | 'refused' | null;
  code: unknown;
  usage: Usage | null;
  microUsd: number | null;
}

export function readingOf(outcome: Outcome): Reading {
  const { events, text, reasoning, error } = outcome;
  const finish = events.find((event) => event.type === 'finish');
  return {
    text,
    reasoning,
    finish: finish?.reason ?? null,
    code: error === undefined ? null : codeOf(error),
    usage: events.findLast((event) => event.type === 'usage')?.usage ?? null,
    microUsd: events.findLast((event) => event.type === 'cost')?.microUsd ?? null,
  };
}

/** What the errors in streams mean; each of them is one of a kind. */
const errorCodes: readonly (readonly [RegExp, ErrorCode])[] = [
  [/overloaded_error|UNAVAILABLE/, 'upstream_overloaded'],
  [/insufficient_quota/, 'upstream_quota'],
  [/tool_use_failed/, 'upstream_invalid'],
];

const finishReasons: Readonly<Record<string, Reading['finish']>> = {
  length: 'length',
  content_filter: 'refused',
};

/** @returns what is to come of a stream: what the plain reader made of it, in our normal form. */
export function expectationOf(stream: RecordedStream): Omit<Reading, 'usage' | 'microUsd'> {
  const { text, refusal, reasoning, stop_reason: reason, error, done_marker: isDone } = stream.expected;
  const answer = { text: textOf(stream, text + refusal), reasoning: reasoningOf(stream, reasoning) };
  if (error !== null) {
    const said = JSON.stringify(error);
    const code = errorCodes.find(([pattern]) => pattern.test(said))?.[1] ?? 'upstream_error';
    return { ...answer, finish: null, code };
  }
  // Some upstreams leave the terminal out, and some the reason.
  if (!isDone && reason === null) return { ...answer, finish: null, code: 'upstream_truncated' };
  const finish = refusal === '' ? (finishReasons[reason ?? ''] ?? 'complete') : 'refused';
  return { ...answer, finish, code: null };
}

/** @returns what is to be told of tokens; what an upstream does not say is 0 */
export function usageOf({ expected: { usage } }: RecordedStream): Omit<Usage, 'source'> | null {
  if (usage === null) return null;
  return {
    inputTokens: usage.input_tokens ?? 0,
    outputTokens: usage.output_tokens ?? 0,
    cacheReadTokens: usage.cache_read_tokens ?? 0,
    cacheWriteTokens: usage.cache_write_tokens ?? 0,
    reasoningTokens: usage.reasoning_tokens ?? 0,
  };
}

/** The plain reader joins the messages of a Responses answer without anything between; we put an empty line there. */
function textOf({ api, body }: RecordedStream, joined: string): string {
  return api === 'openai-responses'
    ? withBreaks(body, /^response\.(output_text|refusal)\.delta$/, joined)
    : joined;
}

function reasoningOf({ api, body }: RecordedStream, joined: string): string {
  return api === 'openai-responses'
    ? withBreaks(body, /^response\.reasoning_(summary_)?text\.delta$/, joined)
    : joined;
}

function withBreaks(body: Buffer, type: RegExp, joined: string): string {
  const deltas = [...chunksOf(body)].flatMap(({ json }) => (json === '[DONE]' ? [] : [json]));
  const pieces: { of: string; text: string }[] = [];
  for (const delta of deltas.filter((chunk) => type.test(String(chunk['type'])) && chunk['delta'] !== '')) {
    const isText = !String(delta['type']).includes('reasoning');
    const of = [delta['output_index'], isText ? '' : (delta['summary_index'] ?? delta['content_index'])].join(
      '.',
    );
    const last = pieces.at(-1);
    if (last?.of === of) last.text += String(delta['delta']);
    else pieces.push({ of, text: String(delta['delta']) });
  }
  if (pieces.map(({ text }) => text).join('') !== joined)
    throw new Error('The expectation is of another stream');
  return pieces.map(({ text }) => text).join('\n\n');
}
