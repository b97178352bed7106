import type { Message, Usage } from '@sluice/shared';
import type { ModelDialect } from '../catalog/catalog-model.ts';

/** Characters per token, about right for prose in most languages of Latin script. */
const CHARACTERS_PER_TOKEN = 4;
/** What vendors count for an image of middling size. */
const TOKENS_PER_IMAGE = 1500;
/** Of a text, what is counted; the rest is taken to be like it. */
export const SAMPLE_LENGTH = 4000;
/** Of one message, so that a long one does not stand for all. */
const MESSAGE_SAMPLE_LENGTH = 1000;

/** @returns how many tokens a text has; undefined when it cannot be told in time */
type Count = (text: string) => Promise<number | undefined>;

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

/**
 * Tokens that an answer is expected to have at most, for what is set aside before it begins. A model that thinks may do so unseen, and
 * nothing shows how much by then: all it can write is set aside.
 */
export function outputTokensOf(
  asked: { maxOutputTokens?: number | undefined; reasoning?: string | undefined },
  model: { maxOutputTokens: number | null; dialect: ModelDialect },
): number {
  const mayThink = model.dialect.reasoning !== undefined && asked.reasoning !== 'off';
  const most = model.maxOutputTokens ?? Infinity;
  const usual = mayThink && most !== Infinity ? most : USUAL_OUTPUT_TOKENS;
  return Math.min(asked.maxOutputTokens ?? usual, most);
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
  { known, count }: { known: Usage | null; count: Count },
): Promise<Usage> {
  // Both under one deadline.
  const [perCharacter, inputTokens] = await Promise.all([
    tokensPerCharacter(produced.sample, count),
    known?.inputTokens || countInput(asked, count),
  ]);
  const shown = Math.ceil(produced.reasoning * perCharacter);
  const outputTokens = Math.ceil(produced.text * perCharacter) + shown;
  // What was thought unseen is in the provider's count alone; what came since then is not.
  const reasoningTokens = Math.max(shown, known?.reasoningTokens ?? 0);
  return {
    inputTokens,
    outputTokens: Math.max(outputTokens, known?.outputTokens ?? 0, reasoningTokens),
    cacheReadTokens: known?.cacheReadTokens ?? 0,
    cacheWriteTokens: known?.cacheWriteTokens ?? 0,
    reasoningTokens,
    source: 'estimated',
  };
}

async function countInput(asked: Asked, count: Count): Promise<number> {
  const { characters, images } = measure(asked);
  const perCharacter = await tokensPerCharacter(sampleOf(asked), count);
  return Math.ceil(characters * perCharacter) + images * TOKENS_PER_IMAGE;
}

async function tokensPerCharacter(sample: string, count: Count): Promise<number> {
  const tokens = sample === '' ? undefined : await count(sample);
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
