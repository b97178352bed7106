import { describe, expect, it } from 'vitest';
import { inPieces } from './dump.fixture.ts';
import { readLines } from './read-lines.ts';

async function read(text: string, size: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLines(inPieces(text, size))) lines.push(line.toString());
  return lines;
}

describe('readLines', () => {
  it('gives the same lines however the file comes, also through a terminal', async () => {
    const text = 'a\n\nlong 漢字 line\r\nb\n';
    for (let size = 1; size <= 30; size += 1) {
      expect(await read(text, size)).toEqual(['a\n', '\n', 'long 漢字 line\n', 'b\n']);
    }
  });

  it('refuses a last line without its end, and says which it is', async () => {
    await expect(read('a\nb', 2)).rejects.toThrow('ends within line 2');
    expect(await read('', 2)).toEqual([]);
  });

  it('refuses a line without an end before it fills the memory', async () => {
    const chunk = Buffer.alloc(2 ** 24, 'x');
    let chunks = 0;
    async function* endless() {
      yield Buffer.from('a\n');
      for (;;) {
        chunks += 1;
        yield chunk;
      }
    }
    const reading = (async () => {
      for await (const line of readLines(endless())) expect(line.toString()).toBe('a\n');
    })();
    await expect(reading).rejects.toThrow('line 2 is too long');
    expect(chunks).toBeLessThan(20);
  });
});
