import { type RunEvent, answerMetadataSchema, foldEvents, runEndReasons } from '@sluice/shared';
import { uiMessageChunkSchema as schemaOf5 } from 'ai5';
import { uiMessageChunkSchema as schemaOf6 } from 'ai6';
import { uiMessageChunkSchema as schemaOf7 } from 'ai7';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginning, encodeAll, end, failed } from './dialects.fixture.ts';
import { arbitraryBatches, arbitraryRun } from './run-events.arbitrary.ts';
import { UiMessageEncoder } from './ui-message-encoder.ts';

interface Chunk {
  type: string;
  id?: string;
  delta?: string;
  finishReason?: string;
  messageMetadata?: object;
}

const encode = (events: readonly RunEvent[]) => encodeAll(new UiMessageEncoder(), events);

/** The chunks of a stream, and whether it said that it was done; throws for what is no frame of one line. */
function read(stream: string): { chunks: Chunk[]; isDone: boolean } {
  const frames = stream.split('\n\n');
  expect(frames.pop()).toBe('');
  const data = frames.map((frame) => {
    const [, line] = /^data: ([^\r\n]*)$/.exec(frame) ?? [];
    if (line === undefined) throw new Error(`no frame: ${JSON.stringify(frame)}`);
    return line;
  });
  const chunks = data.filter((line) => line !== '[DONE]').map((line) => JSON.parse(line) as Chunk);
  return { chunks, isDone: data.at(-1) === '[DONE]' && data.length === chunks.length + 1 };
}

/** As clients do: they fail at a delta of a part that is not there. @returns the parts, in order, each with its text */
function fold(chunks: readonly Chunk[]) {
  const parts: { kind: string; text: string }[] = [];
  const open = new Map<string, { kind: string; text: string }>();
  for (const { type, id = '', delta = '' } of chunks) {
    const [, kind, step] = /^(text|reasoning)-(start|delta|end)$/.exec(type) ?? [];
    if (kind === undefined) continue;
    if (step === 'start') {
      expect(open.size).toBe(0);
      const part = { kind, text: '' };
      parts.push(part);
      open.set(id, part);
      continue;
    }
    const part = open.get(id);
    expect(part?.kind).toBe(kind);
    if (part !== undefined) part.text += delta;
    if (step === 'end') open.delete(id);
  }
  const textOf = (wanted: string) => parts.map(({ kind, text }) => (kind === wanted ? text : '')).join('');
  return { text: textOf('text'), reasoning: textOf('reasoning'), isOpen: open.size > 0 };
}

const runs = arbitraryRun.chain((events) => fc.tuple(fc.constant(events), arbitraryBatches(events)));

describe('the UI message stream', () => {
  it('is as the clients of AI SDK 5, 6 and 7 know it', async () => {
    await expect(encode([...beginning, end('complete')])).toMatchFileSnapshot('golden/ui-message.txt');
  });

  it('ends its parts, then tells that it was stopped, and has no finish', async () => {
    await expect(encode([...beginning, end('stopped')])).toMatchFileSnapshot('golden/ui-message-stopped.txt');
  });

  it('has an error as its last chunk, and neither finish nor [DONE], when the answer is cut', async () => {
    const stream = encode([...beginning, failed, end('error')]);
    await expect(stream).toMatchFileSnapshot('golden/ui-message-error.txt');
  });

  it.each(runEndReasons)('has one end of its own for a run that ended: %s', (reason) => {
    const { chunks } = read(encode([...beginning, end(reason)]));
    const ends = chunks.filter(({ type }) => ['finish', 'abort', 'error'].includes(type));
    expect(ends).toEqual([chunks.at(-1)]);
    const finish = { complete: 'stop', length: 'length', refused: 'content-filter' }[reason as 'complete'];
    expect(ends[0]?.finishReason).toBe(finish);
    if (finish === undefined) {
      expect(ends[0]?.type).toBe(reason === 'stopped' || reason === 'disconnected' ? 'abort' : 'error');
    }
  });

  it('tells what is there already in one delta', () => {
    const deltas = Array.from({ length: 100 }, (): RunEvent => ({ type: 'text-delta', text: 'ab' }));
    const { chunks } = read(encode([...beginning.slice(0, 1), ...deltas]));
    expect(chunks.filter(({ type }) => type === 'text-delta')).toMatchObject([{ delta: 'ab'.repeat(100) }]);
  });

  it('carries how the run began and ended as the metadata of its message', () => {
    const { chunks } = read(encode([...beginning, end('complete')]));
    const metadata = Object.assign({}, ...chunks.map(({ messageMetadata }) => messageMetadata));
    const parsed = answerMetadataSchema.parse(metadata);
    expect(parsed).toEqual(metadata);
    expect(parsed).toMatchObject({
      runId: 'r1',
      model: 'b/second',
      provider: 'b',
      reason: 'complete',
      saved: true,
    });
  });

  it('is the fold of the events of any run, in parts that begin and end', () => {
    fc.assert(
      fc.property(runs, ([events, batches]) => {
        const encoder = new UiMessageEncoder();
        const { chunks, isDone } = read(batches.map((batch) => encoder.encode(batch)).join(''));
        const { text, reasoning, isOpen } = fold(chunks);
        const last = events.at(-1);
        const hasEnded = last?.type === 'run-end';
        expect(encoder.isCut).toBe(!hasEnded);
        const types = chunks.map(({ type }) => type);
        if (!hasEnded) {
          expect([isDone, types.includes('finish')]).toEqual([false, false]);
          return;
        }
        const { content, reasoning: thought } = foldEvents(events);
        expect({ text, reasoning, isOpen }).toEqual({ text: content, reasoning: thought, isOpen: false });
        const isWhole = ['complete', 'length', 'refused'].includes(last.reason);
        expect(types.includes('finish')).toBe(isWhole);
        expect(isDone).toBe(types.at(-1) !== 'error');
      }),
    );
  });

  it('has no chunk that one of the three majors would not take', async () => {
    const schemas = [schemaOf5(), schemaOf6(), schemaOf7()];
    await fc.assert(
      fc.asyncProperty(runs, async ([events]) => {
        for (const chunk of read(encode(events)).chunks) {
          for (const schema of schemas) {
            expect(await schema.validate?.(chunk)).toMatchObject({ success: true, value: chunk });
          }
        }
      }),
      { numRuns: 30 },
    );
  });
});
