import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { DeltaTemplate } from './delta-template.ts';

interface Chunk {
  model?: unknown;
  text?: unknown;
}

const readText = (chunk: unknown) => {
  const text = (chunk as Chunk | undefined)?.text;
  return typeof text === 'string' ? text : undefined;
};
const chunk = (text: string, spaces = 0) =>
  `{"id":"c","text":${JSON.stringify(text)},"end":null${' '.repeat(spaces)}}`;

function learned(text: string): DeltaTemplate {
  const template = new DeltaTemplate(readText);
  template.learn(chunk(text), text);
  return template;
}

describe('DeltaTemplate', () => {
  it('gives the text of a chunk like the one it learned', () => {
    const template = learned('Hello');
    for (const text of ['a', '', ' "quoted" \\ and\nlines', 'ü👩‍👩‍👧', '"', '\\']) {
      expect(template.match(chunk(text))).toBe(text);
    }
  });

  it('never says other than the parser, whatever the chunk', () => {
    const template = learned('Hello');
    const piece = fc.constantFrom(
      '{"id":"c","text":"',
      '","end":null}',
      '"',
      '\\',
      '"}',
      ' ',
      'a',
      '\\n',
      ',"text":"b',
      ',"sequence_number":1',
      '"obfuscation":"x"',
    );
    const data = fc.oneof(
      fc.array(piece).map((pieces) => pieces.join('')),
      fc.string().map((text) => chunk(text)),
    );
    fc.assert(
      fc.property(data, (json) => {
        const text = template.match(json);
        if (text !== undefined) expect(readText(JSON.parse(json))).toBe(text);
      }),
    );
  });

  it('overlooks spaces before the last brace, and only there', () => {
    expect(learned('Hello').match(chunk('a', 7))).toBe('a');
    expect(learned('Hello').match(chunk('a').replace('null', ' null'))).toBeUndefined();
  });

  it('leaves to the parser what differs in more than its text', () => {
    const template = learned('Hello');
    expect(template.match(chunk('a').replace('"c"', '"d"'))).toBeUndefined();
    expect(template.match(chunk('a').replace('null', '"stop"'))).toBeUndefined();
    expect(template.match('[DONE]')).toBeUndefined();
    expect(template.match('')).toBeUndefined();
  });

  it('overlooks the number of a chunk and its padding, wherever they stand', () => {
    const numbered = (number: number | string, text: string, padding: string) =>
      `{"sequence_number":${number},"text":${JSON.stringify(text)},"obfuscation":"${padding}"}`;
    const template = new DeltaTemplate(readText);
    template.learn(numbered(9, 'Hello', 'a8F'), 'Hello');
    expect(template.match(numbered(10, 'a', ''))).toBe('a');
    const lookalike = ' "sequence_number":7,"obfuscation":"x" ';
    expect(template.match(numbered(0, lookalike, 'Zz'))).toBe(lookalike);
    expect(template.match(numbered('1.5', 'a', 'b'))).toBeUndefined();
    template.learn('{"text":"Hello","p":"ab","sequence_number":9}', 'Hello');
    expect(template.match('{"text":"a","p":"","sequence_number":10}')).toBe('a');
    expect(template.match(numbered(11, 'a', 'b","end":"c'))).toBeUndefined();
  });

  it('does not take another field with the same words for the text', () => {
    const template = new DeltaTemplate(readText);
    for (const text of ['text', 'c', ',', ':']) template.learn(chunk(text), text);
    expect(template.match(chunk('Hello'))).toBeUndefined();
  });

  it('gives up learning where no chunk is like another', () => {
    const read = vi.fn(readText);
    const template = new DeltaTemplate(read);
    for (let id = 0; id < 100; id += 1) {
      const data = `{"id":"${id}","text":"Hello"}`;
      expect(template.match(data)).toBeUndefined();
      template.learn(data, 'Hello');
    }
    expect(read.mock.calls.length).toBeLessThan(10);
  });
});
