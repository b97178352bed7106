import type { Usage } from '@sluice/shared';
import type { Provider, ProviderEvent, ProviderRequest } from '../provider.ts';
import { textOf } from '../message-text.ts';
import { writeTour } from './write-tour.ts';

/** About fifty tokens a second: the pace of a mid-sized model. */
const MS_PER_TOKEN = 20;
const FIRST_TOKEN_MS = 350;
const CHARACTERS_PER_TOKEN = 4;

export interface DemoProviderOptions {
  /** Replaces the clock, for tests. Throws the signal's reason if it aborts meanwhile. */
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** @returns a provider without a key, a model or a network: it answers with a tour of Sluice that says in its first line what it is */
export function createDemoProvider({ wait = sleep }: DemoProviderOptions = {}): Provider {
  return { id: 'demo', generate: (request, signal) => streamTour(request, { signal, wait }) };
}

async function* streamTour(
  request: ProviderRequest,
  { signal, wait }: { signal: AbortSignal; wait: NonNullable<DemoProviderOptions['wait']> },
): AsyncGenerator<readonly ProviderEvent[], void, undefined> {
  signal.throwIfAborted();
  const tokens = tokenise(restOfTour(request.messages));
  const limit = Math.min(tokens.length, request.maxOutputTokens ?? tokens.length);
  yield [];
  await wait(FIRST_TOKEN_MS, signal);
  for (const text of tokens.slice(0, limit)) {
    yield [{ type: 'text-delta', text }];
    signal.throwIfAborted();
    await wait(MS_PER_TOKEN, signal);
  }
  const usage: Usage = {
    inputTokens: estimateInput(request),
    outputTokens: limit,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    source: 'estimated',
  };
  yield [
    { type: 'usage', usage },
    { type: 'finish', reason: limit < tokens.length ? 'length' : 'complete' },
  ];
}

/** @returns the answer to what was asked last, without what was said of it before it was cut short */
function restOfTour(messages: ProviderRequest['messages']): string {
  const asked = messages.findLastIndex(({ role }) => role === 'user');
  const prompt = messages[asked];
  const tour = writeTour(prompt === undefined ? '' : textIn(prompt));
  const said = messages
    .slice(asked + 1)
    .map(textIn)
    .join('');
  return tour.startsWith(said) ? tour.slice(said.length) : tour;
}

/** Words with the white space before them, long ones in pieces: what a tokeniser would make of them, near enough. */
function tokenise(text: string): string[] {
  return text.match(/\s*[^\s]{1,6}|\s+$/gu) ?? [];
}

function estimateInput({ systemPrompt = '', messages }: ProviderRequest): number {
  const characters = messages.reduce((sum, message) => sum + textIn(message).length, systemPrompt.length);
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}

function textIn({ role, content }: ProviderRequest['messages'][number]): string {
  return textOf({
    role,
    content: typeof content === 'string' ? content : content.filter((part) => part.type === 'text'),
  });
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}
