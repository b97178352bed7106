import { parseDataStreamPart, processDataStream } from '@ai-sdk/ui-utils';
import { type RunEvent, foldEvents, runEndReasons } from '@sluice/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataStreamEncoder } from './data-stream-encoder.ts';
import { beginning, encodeAll, end, failed } from './dialects.fixture.ts';
import { arbitraryBatches, arbitraryRun } from './run-events.arbitrary.ts';

const encode = (events: readonly RunEvent[]) => encodeAll(new DataStreamEncoder(), events);

/** As its client reads it, which throws for a line that it does not know. */
function read(stream: string) {
  const lines = stream.split('\n');
  expect(lines.pop()).toBe('');
  return lines.map(parseDataStreamPart);
}

const runs = arbitraryRun.chain((events) => fc.tuple(fc.constant(events), arbitraryBatches(events)));

describe('the data stream of AI SDK 4', () => {
  it('is as its clients know it', async () => {
    await expect(encode([...beginning, end('complete')])).toMatchFileSnapshot('golden/data-stream.txt');
  });

  it('has an error as its last line, and no finish, when the answer is cut', async () => {
    const stream = encode([...beginning, failed, end('error')]);
    await expect(stream).toMatchFileSnapshot('golden/data-stream-error.txt');
  });

  it.each(runEndReasons)('has a finish reason or an error for a run that ended: %s', (reason) => {
    const last = read(encode([...beginning, end(reason)])).at(-1);
    const finish = {
      complete: 'stop',
      length: 'length',
      refused: 'content-filter',
      stopped: 'other',
      disconnected: 'other',
    }[reason as 'complete'];
    if (finish === undefined) expect(last?.type).toBe('error');
    else
      expect(last).toEqual({
        type: 'finish_message',
        value: { finishReason: finish, usage: { promptTokens: 12, completionTokens: 5 } },
      });
  });

  it('is kept alive by what its clients pass over', async () => {
    const { heartbeat } = new DataStreamEncoder();
    const said: string[] = [];
    const stream = new Response(`${heartbeat}0:"a"\n${heartbeat}${heartbeat}0:"b"\n`).body;
    if (stream === null) throw new Error('a response without a body');
    await processDataStream({ stream, onTextPart: (text) => void said.push(text) });
    expect(said).toEqual(['a', 'b']);
  });

  it('is the fold of the events of any run', () => {
    fc.assert(
      fc.property(runs, ([events, batches]) => {
        const encoder = new DataStreamEncoder();
        const parts = read(batches.map((batch) => encoder.encode(batch)).join(''));
        const hasEnded = events.at(-1)?.type === 'run-end';
        expect(encoder.isCut).toBe(!hasEnded);
        const ends = parts.filter(({ type }) => type === 'finish_message' || type === 'error');
        expect(ends).toEqual(hasEnded ? parts.slice(-1) : []);
        if (!hasEnded) return;
        const joined = (wanted: string) =>
          parts
            .map(({ type, value }) => (type === wanted && typeof value === 'string' ? value : ''))
            .join('');
        const { content, reasoning } = foldEvents(events);
        expect([joined('text'), joined('reasoning')]).toEqual([content, reasoning]);
      }),
    );
  });
});
