import type { Message, Usage } from '@sluice/shared';
import type { TokenCounter } from './token-counter.ts';

/** Characters per token, about right for prose in most languages of Latin script. */
const CHARACTERS_PER_TOKEN = 4;
/** What vendors count for an image of middling size. */
const TOKENS_PER_IMAGE = 1500;
/** Of a text, what is counted; the rest is taken to be like it. */
export const SAMPLE_LENGTH = 4000;
/** Of one message, so that a long one does not stand for all. */
const MESSAGE_SAMPLE_LENGTH = 1000;

interface Asked {
  messages: readonly Message[];
  systemPrompt?: string;
}

export function estimateTokens(length: number): number {
  return Math.ceil(length / CHARACTERS_PER_TOKEN);
}

/** Tokens of a prompt, whatever its length without reading it. */
export function estimateInputTokens(asked: Asked): number {
  const { characters, images } = measure(asked);
  return estimateTokens(characters) + images * TOKENS_PER_IMAGE;
}

function measure({ messages, systemPrompt = '' }: Asked): { characters: number; images: number } {
  let characters = systemPrompt.length;
  let images = 0;
  for (const { role, content } of messages) {
    characters += role.length;
    if (typeof content === 'string') characters += content.length;
    else {
      for (const part of content) {
        if (part.type === 'text') characters += part.text.length;
        else images += 1;
      }
    }
  }
  return { characters, images };
}

const USUAL_OUTPUT_TOKENS = 4096;

/** Tokens that an answer is expected to have at most, for what is set aside before it begins. */
export function outputTokensOf(
  asked: { maxOutputTokens?: number | undefined },
  model: { maxOutputTokens: number | null },
): number {
  return Math.min(asked.maxOutputTokens ?? USUAL_OUTPUT_TOKENS, model.maxOutputTokens ?? Infinity);
}

export interface Produced {
  /** Characters. */
  text: number;
  reasoning: number;
  /** The beginning of both. */
  sample: string;
}

/** Usage of a call whose provider did not say, marked as estimated. `known` is what it did say before it was cut. */
export async function estimateUsage(
  asked: Asked,
  produced: Produced,
  { known, counter }: { known: Usage | null; counter: Pick<TokenCounter, 'count'> },
): Promise<Usage> {
  const perCharacter = await tokensPerCharacter(produced.sample, counter);
  const reasoningTokens = Math.ceil(produced.reasoning * perCharacter);
  return {
    inputTokens: known?.inputTokens || (await countInput(asked, counter)),
    outputTokens: Math.ceil(produced.text * perCharacter) + reasoningTokens,
    cacheReadTokens: known?.cacheReadTokens ?? 0,
    cacheWriteTokens: known?.cacheWriteTokens ?? 0,
    reasoningTokens,
    source: 'estimated',
  };
}

async function countInput(asked: Asked, counter: Pick<TokenCounter, 'count'>): Promise<number> {
  const { characters, images } = measure(asked);
  const perCharacter = await tokensPerCharacter(sampleOf(asked), counter);
  return Math.ceil(characters * perCharacter) + images * TOKENS_PER_IMAGE;
}

async function tokensPerCharacter(sample: string, counter: Pick<TokenCounter, 'count'>): Promise<number> {
  const tokens = sample === '' ? undefined : await counter.count(sample);
  return tokens === undefined ? 1 / CHARACTERS_PER_TOKEN : tokens / sample.length;
}

/** The newest first: they are the longest, and most like each other. */
function sampleOf({ messages, systemPrompt = '' }: Asked): string {
  let sample = systemPrompt.slice(0, MESSAGE_SAMPLE_LENGTH);
  for (let index = messages.length - 1; index >= 0 && sample.length < SAMPLE_LENGTH; index -= 1) {
    const content = messages[index]?.content ?? '';
    const texts =
      typeof content === 'string' ? [content] : content.map((part) => ('text' in part ? part.text : ''));
    for (const text of texts) sample += text.slice(0, MESSAGE_SAMPLE_LENGTH);
  }
  return sample.slice(0, SAMPLE_LENGTH);
}
