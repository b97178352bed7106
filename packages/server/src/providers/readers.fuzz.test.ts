import { inspect } from 'node:util';
import { SluiceError, usageSchema } from '@sluice/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { fullCounts } from '../../test/_support/counts.ts';
import { geminiDialect } from '../../test/_support/fake-gemini-dialect.ts';
import { ollamaDialect } from '../../test/_support/fake-ollama-dialect.ts';
import { responsesDialect } from '../../test/_support/fake-responses-dialect.ts';
import {
  type FakeDialect,
  anthropicDialect,
  openAiDialect,
} from '../../test/_support/fake-upstream-dialect.ts';
import type { AnswerReader } from './answer-reader.ts';
import { AnthropicReader } from './anthropic/read-chunk.ts';
import { EventBatch } from './event-batch.ts';
import { GeminiReader } from './gemini/read-chunk.ts';
import { OllamaReader } from './ollama/read-chunk.ts';
import { OpenaiReader } from './openai/read-chunk.ts';
import { ResponsesReader } from './openai/read-response-event.ts';
import type { ProviderEvent } from './provider.ts';
import { NdjsonReader } from './read-ndjson.ts';
import { SseReader } from './read-sse.ts';
import type { Framing } from './stream-answer.ts';

const numRuns = fullCounts ? 5000 : 150;
const timeoutMs = 120_000;
/** What is slow by its making takes minutes. */
const SLOW_MS = 3000;
/** What upstreams say and no error may quote. */
const CANARY = 'Canary Q7';

interface Api {
  name: string;
  createReader: () => AnswerReader;
  createFraming: () => Framing;
  createDialect: () => FakeDialect;
}

const providerName = 'Upstream';
const createFraming = () => new SseReader();
const apis: readonly Api[] = [
  {
    name: 'Anthropic Messages',
    createReader: () => new AnthropicReader({ providerName }),
    createFraming,
    createDialect: anthropicDialect,
  },
  {
    name: 'Chat Completions',
    createReader: () => new OpenaiReader({ providerName, cost: 'usage' }),
    createFraming,
    createDialect: openAiDialect,
  },
  {
    name: "Chat Completions with ai&'s trailer",
    createReader: () => new OpenaiReader({ providerName, cost: 'trailer' }),
    createFraming,
    createDialect: openAiDialect,
  },
  {
    name: 'Responses',
    createReader: () => new ResponsesReader({ providerName }),
    createFraming,
    createDialect: responsesDialect,
  },
  {
    name: 'Gemini',
    createReader: () => new GeminiReader({ providerName }),
    createFraming,
    createDialect: geminiDialect,
  },
  {
    name: 'Ollama',
    createReader: () => new OllamaReader({ providerName }),
    createFraming: () => new NdjsonReader(),
    createDialect: ollamaDialect,
  },
];

/** A whole answer as the API says it, with everything it can say. */
function sampleOf({ createDialect }: Api): string {
  const dialect = createDialect();
  const script = { errorKind: 'overloaded_error', errorMessage: CANARY };
  return [
    dialect.begin('model'),
    dialect.ping(),
    dialect.reasoning(`Let me see, 你好. ${CANARY}`),
    ...['Of course', ' 👩‍👩‍👧', ' "quoted" \\ \u2028', ` ${CANARY}`, '.'].map((token) => dialect.token(token)),
    dialect.finish({}, 5),
    dialect.error(script),
    'event: aiand.metadata\ndata: {"request_id":"req","cost_usd":0.25}\n\n',
  ].join('');
}

const count = z.number().int().nonnegative();
const eventSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text-delta'), text: z.string().min(1) }),
  z.strictObject({ type: z.literal('reasoning-delta'), reasoning: z.string().min(1) }),
  z.strictObject({ type: z.literal('usage'), usage: z.record(z.string(), z.union([count, z.string()])) }),
  z.strictObject({ type: z.literal('finish'), reason: z.enum(['complete', 'length', 'refused']) }),
  z.strictObject({ type: z.literal('call'), providerRequestId: z.string().min(1) }),
  z.strictObject({ type: z.literal('cost'), microUsd: count }),
  z.strictObject({ type: z.literal('served'), model: z.string().min(1), by: z.string().min(1).optional() }),
]);

interface Read {
  events: readonly ProviderEvent[];
  code: string | null;
}

/** Reads pieces as `streamAnswer` does, without its sockets; throws what no upstream may cause. */
function readPieces(api: Api, pieces: readonly Buffer[]): Read {
  const [reader, framing, batch] = [api.createReader(), api.createFraming(), new EventBatch()];
  let error: unknown;
  try {
    const read = (events: ReturnType<Framing['push']>) => {
      for (const event of events) {
        if (reader.hasEnded) reader.readTrailer?.(event, batch);
        else reader.read(event, batch);
      }
    };
    for (const piece of pieces) read(framing.push(piece));
    read(framing.end());
    if (!reader.hasEnded) reader.end(batch);
  } catch (thrown) {
    // Nothing fails an answer that is whole.
    if (reader.hasEnded) throw thrown;
    error = thrown;
  }
  const events = batch.take();
  expectSound(events, { error, hasEnded: reader.hasEnded });
  return { events, code: error instanceof SluiceError ? error.code : null };
}

function expectSound(
  events: readonly ProviderEvent[],
  { error, hasEnded }: { error: unknown; hasEnded: boolean },
): void {
  if (error !== undefined && !(error instanceof SluiceError)) throw error;
  if (error instanceof SluiceError) {
    expect(error.code).toMatch(/^(upstream_\w+|context_length_exceeded)$/);
    expect(inspect(error, { depth: 9 })).not.toContain(CANARY);
  }
  for (const event of events) {
    z.parse(eventSchema, event);
    if (event.type === 'usage') z.parse(usageSchema, event.usage);
    if (event.type === 'text-delta') expect(event.text.isWellFormed()).toBe(true);
    if (event.type === 'reasoning-delta') expect(event.reasoning.isWellFormed()).toBe(true);
  }
  const types = events.map(({ type }) => type);
  expect(types.filter((type) => type === 'finish')).toHaveLength(hasEnded ? 1 : 0);
  const after = hasEnded ? types.slice(types.indexOf('finish') + 1) : [];
  expect(after.filter((type) => !['usage', 'cost', 'call'].includes(type))).toEqual([]);
}

function cut(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = cuts.map((number) => number % (bytes.length + 1)).toSorted((a, b) => a - b);
  return [0, ...at].map((start, index) => bytes.subarray(start, at[index] ?? bytes.length));
}

/** Neighbouring deltas are one: how they come together depends on the pieces. */
function joined({ events, code }: Read): unknown {
  const batch = new EventBatch();
  for (const event of events) {
    if (event.type === 'text-delta') batch.addText(event.text);
    else if (event.type === 'reasoning-delta') batch.addReasoning(event.reasoning);
    else batch.add(event);
  }
  return { events: batch.take(), code };
}

const cuts = fc.array(fc.nat(), { maxLength: 20 });
const anyBytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom(
          '\n',
          '\r\n',
          '\r',
          '\n\n',
          'data: ',
          'event: error',
          '{',
          '}',
          '"',
          '[DONE]',
          ': ping',
          '\ufeff',
        )
        .map((text) => Buffer.from(text)),
    ),
  )
  .map((parts) => Buffer.concat(parts));

/** What one takes out of a body and puts there instead. */
const edits = fc.array(fc.record({ at: fc.nat(), length: fc.nat({ max: 40 }), bytes: anyBytes }), {
  minLength: 1,
  maxLength: 4,
});

/** Values that belong nowhere, or somewhere else. */
const oddValue = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 0.5, 1e308, '', 'constructor', '__proto__', 'error', 'length'),
  fc.constantFrom<unknown>([], {}, [null], [[]], { index: 0 }, '\ud83d', '\ude00', { code: 429 }, [
    { text: 'a' },
  ]),
  fc.constantFrom<unknown>(
    { message: CANARY, type: CANARY, code: '500' },
    CANARY,
    [{ type: 'text' }],
    'x'.repeat(5000),
  ),
  fc.jsonValue(),
);
const replacements = fc.array(fc.record({ line: fc.nat(), node: fc.nat(), value: oddValue }), {
  minLength: 1,
  maxLength: 4,
});

interface Place {
  holder: Record<string, unknown>;
  key: string;
}

function placesOf(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesOf(holder[key])]);
}

/** @returns the sample with one value of its JSON lines replaced for each replacement */
function replaceValues(
  sample: string,
  changes: readonly { line: number; node: number; value: unknown }[],
): string {
  const lines = sample.split('\n');
  const isJson = (line: string) => /^(data: )?\{/.test(line);
  const places = lines.flatMap((line, index) => (isJson(line) ? [index] : []));
  for (const { line, node, value } of changes) {
    const index = places[line % places.length] ?? 0;
    const [, prefix = '', json = '{}'] = /^(data: )?(.*)$/s.exec((lines[index] ?? '').trim()) ?? [];
    const chunk: unknown = JSON.parse(json);
    const nodes = placesOf(chunk);
    const place = nodes[node % nodes.length];
    if (place !== undefined) place.holder[place.key] = value;
    lines[index] = prefix + JSON.stringify(chunk);
  }
  return lines.join('\n');
}

describe.each(apis)('the reader of $name', { timeout: timeoutMs }, (api) => {
  const sample = sampleOf(api);
  const whole = joined(readPieces(api, [Buffer.from(sample)]));

  it('reads its sample, in any pieces', () => {
    expect(whole).toMatchObject({
      code: null,
      events: expect.arrayContaining([{ type: 'finish', reason: 'complete' }]),
    });
    fc.assert(
      fc.property(cuts, (at) => {
        expect(joined(readPieces(api, cut(Buffer.from(sample), at)))).toEqual(whole);
      }),
      { numRuns },
    );
  });

  it('takes any bytes', () => {
    fc.assert(
      fc.property(anyBytes, cuts, (bytes, at) => void readPieces(api, cut(bytes, at))),
      { numRuns },
    );
  });

  it('takes an answer with bytes lost, added and changed, and reads the same of it in any pieces', () => {
    fc.assert(
      fc.property(edits, cuts, (changes, at) => {
        let bytes = Buffer.from(sample);
        for (const { at: place, length, bytes: added } of changes) {
          const start = place % (bytes.length + 1);
          bytes = Buffer.concat([bytes.subarray(0, start), added, bytes.subarray(start + length)]);
        }
        expect(joined(readPieces(api, cut(bytes, at)))).toEqual(joined(readPieces(api, [bytes])));
      }),
      { numRuns },
    );
  });

  it('takes values of other types anywhere, and tells nothing but sound events', () => {
    fc.assert(
      fc.property(replacements, (changes) => {
        readPieces(api, [Buffer.from(replaceValues(sample, changes))]);
      }),
      { numRuns: numRuns * 4 },
    );
  });

  it('takes any JSON for the body of an upstream that does not stream', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          oddValue,
          replacements.map((changes) => jsonOf(replaceValues(sample, changes))),
        ),
        (body) => {
          const [reader, batch] = [api.createReader(), new EventBatch()];
          let error: unknown;
          try {
            reader.readWhole(body, batch);
          } catch (thrown) {
            error = thrown;
          }
          expectSound(batch.take(), { error, hasEnded: reader.hasEnded });
        },
      ),
      { numRuns },
    );
  });

  it('is soon done with what is made to be slow', () => {
    const half = 2 ** 21;
    for (const text of [
      '\n'.repeat(half),
      '\r'.repeat(half),
      ':\n'.repeat(half),
      `data: ${'['.repeat(half)}\n\n`,
      `data: ${'[0,'.repeat(half / 4)}0${']'.repeat(half / 4)}\n\n`,
      `data: "${'\\"'.repeat(half)}"\n\n`,
      `{"message":${'{"message":'.repeat(half / 16)}`,
      'event: x\n'.repeat(half / 4),
    ]) {
      const start = performance.now();
      readPieces(api, [Buffer.from(text)]);
      expect(performance.now() - start).toBeLessThan(SLOW_MS);
    }
  });
});

/** @returns the last line that is JSON: where an answer that comes whole has everything */
function jsonOf(text: string): unknown {
  const line = text.split('\n').findLast((candidate) => /^(data: )?\{/.test(candidate)) ?? '{}';
  return JSON.parse(line.replace(/^data: /, ''));
}

describe.each([
  ['SSE', () => new SseReader(), 'data: '],
  ['NDJSON', () => new NdjsonReader(), '{"a":"'],
] as const)('a line of %s that never ends', (_name, createFraming, start) => {
  it('is refused at 8 MiB, and takes little more than that even a byte at a time', () => {
    const framing = createFraming();
    framing.push(Buffer.from(start));
    const before = process.memoryUsage.rss();
    const block = Buffer.alloc(65_536, 'x');
    let pushed = 0;
    expect(() => {
      for (; pushed < 9 * 2 ** 20; pushed += 1) {
        const at = pushed % block.length;
        // Each read of a socket has memory of its own.
        framing.push((at === 0 ? Buffer.from(block) : block).subarray(at, at + 1));
      }
    }).toThrowError(expect.objectContaining({ code: 'upstream_too_large' }));
    expect(pushed).toBeLessThanOrEqual(8 * 2 ** 20);
    expect(process.memoryUsage.rss() - before).toBeLessThan(400 * 2 ** 20);
  });
});
