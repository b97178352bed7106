import { describe, expect, it } from 'vitest';
import type { ImportStep } from './import-steps.ts';
import { type ImportReading, readInWorker } from './read-in-worker.ts';

const message = { uuid: 'm', sender: 'human', text: 'Hi' };
const small = JSON.stringify([{ name: 'x', chat_messages: [message] }]);
/** Seconds of work. */
const large = JSON.stringify([
  {
    name: 'x',
    chat_messages: Array.from({ length: 50_000 }, (_, index) => ({ ...message, uuid: `${index}` })),
  },
]);

async function read(text: string, reading: Partial<ImportReading> = {}): Promise<ImportStep['type'][]> {
  const { signal } = new AbortController();
  const types: ImportStep['type'][] = [];
  const bytes = Buffer.from(text);
  const pieces = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, index) =>
    bytes.subarray(index * 65_536, (index + 1) * 65_536),
  );
  for await (const { type } of readInWorker(pieces, { userId: 'u', signal, ...reading })) types.push(type);
  return types;
}

describe('readInWorker', () => {
  it('gives the steps of a file that came in pieces', async () => {
    expect(await read(small)).toEqual(['format', 'conversation', 'messages', 'complete']);
    expect((await read(large)).filter((type) => type === 'messages').length).toBeGreaterThan(1000);
  });

  it('refuses a file that takes longer than there is time, and ends its thread', async () => {
    const began = performance.now();
    await expect(read(large, { limitMs: 100 })).rejects.toMatchObject({
      code: 'payload_too_large',
      message: expect.stringContaining('takes too long'),
    });
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('counts its own time alone, not what its steps take to be written', async () => {
    const { signal } = new AbortController();
    const steps = readInWorker([Buffer.from(small)], { userId: 'u', signal, limitMs: 2000 });
    await steps.next();
    await new Promise((resolve) => setTimeout(resolve, 2100));
    expect((await steps.next()).value).toMatchObject({ type: 'conversation' });
    await steps.return(undefined);
  });

  it('ends when it is told to', async () => {
    const gone = new AbortController();
    const reading = read(large, { signal: gone.signal });
    gone.abort();
    await expect(reading).rejects.toThrow('aborted');
  });
});
