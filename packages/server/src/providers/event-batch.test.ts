import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventBatch } from './event-batch.ts';

describe('EventBatch', () => {
  it('makes one event of deltas of one type that follow each other', () => {
    const batch = new EventBatch();
    batch.addReasoning('a');
    batch.addReasoning('b');
    batch.addText('c');
    batch.addText('d');
    batch.add({ type: 'finish', reason: 'complete' });
    expect(batch.take()).toEqual([
      { type: 'reasoning-delta', reasoning: 'ab' },
      { type: 'text-delta', text: 'cd' },
      { type: 'finish', reason: 'complete' },
    ]);
    expect(batch.take()).toEqual([]);
  });

  it('keeps half of a surrogate pair until the other half comes', () => {
    const batch = new EventBatch();
    batch.addText('a\ud83d');
    expect(batch.take()).toEqual([{ type: 'text-delta', text: 'a' }]);
    expect(batch.take()).toEqual([]);
    batch.addText('\ude00b');
    expect(batch.take()).toEqual([{ type: 'text-delta', text: '😀b' }]);
  });

  it('replaces a half whose other half never comes', () => {
    const batch = new EventBatch();
    batch.addText('a\ud83d');
    batch.take();
    batch.add({ type: 'finish', reason: 'complete' });
    expect(batch.take()).toEqual([
      { type: 'text-delta', text: '\ufffd' },
      { type: 'finish', reason: 'complete' },
    ]);
  });

  it('gives well-formed text for text cut anywhere', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.boolean()), (text, takes) => {
        const batch = new EventBatch();
        const read: string[] = [];
        const take = () => {
          for (const event of batch.take()) if (event.type === 'text-delta') read.push(event.text);
        };
        for (let at = 0; at < text.length; at += 1) {
          batch.addText(text[at] ?? '');
          if (takes[at % (takes.length || 1)]) take();
        }
        batch.add({ type: 'finish', reason: 'complete' });
        take();
        expect(read.every((piece) => piece.isWellFormed())).toBe(true);
        expect(read.join('')).toBe(text.toWellFormed());
      }),
    );
  });
});
