import { type RunEvent, foldEvents } from '@sluice/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnthropicEventEncoder } from './anthropic-event-encoder.ts';
import { createContentEncoder } from './content-encoder.ts';
import type { Encoder } from './encoder.ts';
import { OpenAiChunkEncoder } from './openai-chunk-encoder.ts';
import { createPlainTextEncoder } from './plain-text-encoder.ts';
import { arbitraryBatches, arbitraryRun } from './run-events.arbitrary.ts';

interface Told {
  text: string;
  /** Undefined where the format has no place for it. */
  reasoning?: string | undefined;
  /** Whether the format's end of a whole answer came. */
  isWhole: boolean;
  /** How often it said that the answer failed. */
  failures: number;
}

interface Format {
  create: () => Encoder;
  /** Reads as the format's clients do. */
  read: (bytes: string, encoder: Encoder) => Told;
}

/** The data of each frame; throws for anything that is no frame of one line of JSON. */
function dataOf(bytes: string): string[] {
  const frames = bytes.split('\n\n');
  expect(frames.pop()).toBe('');
  return frames.map((frame) => {
    const [, data] = /^(?:event: \w+\n)?data: ([^\r\n]*)$/.exec(frame) ?? [];
    if (data === undefined) throw new Error(`no frame: ${JSON.stringify(frame)}`);
    return data;
  });
}

const parse = (data: readonly string[]) =>
  // oxlint-disable-next-line typescript/no-explicit-any -- NOTE: read as a client without types reads it
  data.filter((line) => line !== '[DONE]').map((line): any => JSON.parse(line));

const formats: Record<string, Format> = {
  content: {
    create: createContentEncoder,
    read(bytes) {
      const data = dataOf(bytes);
      const frames = parse(data);
      return {
        text: frames.map(({ content = '' }) => content).join(''),
        isWhole: data.at(-1) === '[DONE]',
        failures: frames.filter(({ error }) => error !== undefined).length,
      };
    },
  },
  'plain text': {
    create: createPlainTextEncoder,
    read: (bytes, { isCut }) => ({ text: bytes, isWhole: isCut === false, failures: isCut === true ? 1 : 0 }),
  },
  openai: {
    create: () => new OpenAiChunkEncoder({ includesUsage: true }),
    read(bytes) {
      const data = dataOf(bytes);
      const frames = parse(data);
      const chunks = frames.filter(({ error }) => error === undefined);
      const deltas = chunks.flatMap(({ choices }) => choices.map(({ delta }: { delta: object }) => delta));
      const roles = deltas.map(({ role }) => role);
      if (chunks.length > 0) expect(roles).toEqual(['assistant', ...roles.slice(1).fill(undefined)]);
      const finishes = chunks.flatMap(({ choices }) => choices).filter(({ finish_reason: reason }) => reason);
      expect(finishes).toHaveLength(data.at(-1) === '[DONE]' ? 1 : 0);
      return {
        text: deltas.map(({ content = '' }) => content).join(''),
        reasoning: deltas.map(({ reasoning_content: piece = '' }) => piece).join(''),
        isWhole: finishes.length === 1,
        failures: frames.length - chunks.length,
      };
    },
  },
  anthropic: {
    create: () => new AnthropicEventEncoder({ showsThinking: true }),
    read(bytes) {
      const frames = parse(dataOf(bytes));
      let open: number | undefined;
      let next = 0;
      for (const { type, index } of frames) {
        if (type === 'content_block_start') {
          expect([open, index]).toEqual([undefined, next]);
          open = next;
          next += 1;
        }
        if (type === 'content_block_delta') expect(index).toBe(open);
        if (type === 'content_block_stop') open = undefined;
      }
      const joined = (name: string) =>
        frames.map(({ delta }) => (delta?.type === `${name}_delta` ? delta[name] : '')).join('');
      const hasStopped = frames.some(({ type }) => type === 'message_stop');
      expect(frames.some(({ type }) => type === 'message_delta')).toBe(hasStopped);
      return {
        text: joined('text'),
        reasoning: joined('thinking'),
        isWhole: hasStopped,
        failures: frames.filter(({ type }) => type === 'error').length,
      };
    },
  },
};

const isGood = (events: readonly RunEvent[]) => {
  const end = events.at(-1);
  return end?.type === 'run-end' && ['complete', 'length', 'refused'].includes(end.reason);
};

describe.each(Object.entries(formats))('the format %s', (name, { create, read }) => {
  const runs = arbitraryRun.chain((events) => fc.tuple(fc.constant(events), arbitraryBatches(events)));
  const hasEnded = (events: readonly RunEvent[]) => events.at(-1)?.type === 'run-end';

  it('tells the whole text of any run that has ended, and never cuts a character in two', () => {
    fc.assert(
      fc.property(runs, ([events, batches]) => {
        fc.pre(hasEnded(events));
        const encoder = create();
        // As bytes, for each batch by itself: so they leave.
        const bytes = batches.map((batch) => new TextEncoder().encode(encoder.encode(batch)));
        const decoder = new TextDecoder();
        const told = read(bytes.map((piece) => decoder.decode(piece)).join(''), encoder);
        const { content, reasoning } = foldEvents(events);
        expect(told.text.toWellFormed()).toBe(content.toWellFormed());
        if (told.reasoning !== undefined)
          expect(told.reasoning.toWellFormed()).toBe(reasoning.toWellFormed());
      }),
    );
  });

  it('ends as a whole answer exactly when the run ended complete, at its length, or refused', () => {
    fc.assert(
      fc.property(runs, ([events, batches]) => {
        const encoder = create();
        const told = read(batches.map((batch) => encoder.encode(batch)).join(''), encoder);
        expect(told.isWhole).toBe(isGood(events));
        if (hasEnded(events)) expect(told.failures).toBe(isGood(events) ? 0 : 1);
        // A log without an end: the connection has to tell.
        expect(encoder.isCut).toBe(name === 'plain text' ? !isGood(events) : !hasEnded(events));
      }),
    );
  });
});
