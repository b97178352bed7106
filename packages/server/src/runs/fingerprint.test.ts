import { describe, expect, it } from 'vitest';
import { fingerprint } from './fingerprint.ts';

describe('a fingerprint', () => {
  it('is the same whatever the order of fields, and with fields that are not there', () => {
    const known = '46f613dbfeed43cb7b536e0742cb73fba5a1689c15a88fdd3c5ece5c9fc132c2';
    expect(fingerprint({ model: 'm', message: 'Hi' })).toBe(known);
    expect(fingerprint({ message: 'Hi', chatId: undefined, model: 'm', call: undefined })).toBe(known);
  });

  it('is another where anything that was asked is', () => {
    const calls = [
      undefined,
      null,
      {},
      { seed: 1 },
      { seed: 2 },
      { seed: '1' },
      { stop: ['1', '2'] },
      { stop: ['2', '1'] },
    ];
    expect(new Set(calls.map((call) => fingerprint({ message: 'Hi', call }))).size).toBe(calls.length);
  });
});
