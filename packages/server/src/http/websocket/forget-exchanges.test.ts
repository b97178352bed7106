import type { ChatRequest } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { forgetExchanges } from './forget-exchanges.ts';

const KIB = 1024;

/** One that has ended, asked with so many characters. */
function ended(id: string, characters: number, isLive = false) {
  const body: ChatRequest = { message: 'x'.repeat(characters) };
  return {
    id,
    isLive,
    body: body as ChatRequest | undefined,
    forgetBody() {
      this.body = undefined;
    },
  };
}

function forget(list: ReturnType<typeof ended>[]) {
  const exchanges = new Map(list.map((exchange) => [exchange.id, exchange]));
  forgetExchanges(exchanges);
  return { known: [...exchanges.keys()], kept: list.filter(({ body }) => body).map(({ id }) => id) };
}

describe('forgetExchanges', () => {
  it('keeps nothing of what one was asked that is too large, and all of the others', () => {
    const { known, kept } = forget([ended('old', 100), ended('large', 300 * KIB), ended('new', 100)]);
    expect(known).toEqual(['old', 'large', 'new']);
    expect(kept).toEqual(['old', 'new']);
  });

  it('keeps the latest, as far as there is room, and those that go on', () => {
    const list = [ended('a', 100 * KIB), ended('b', 100 * KIB), ended('c', 100 * KIB)];
    expect(forget([...list, ended('live', 300 * KIB, true)]).kept).toEqual(['b', 'c', 'live']);
  });

  it('forgets the oldest when there are more than fifty', () => {
    const { known } = forget(Array.from({ length: 52 }, (_, index) => ended(String(index), 1)));
    expect(known).toEqual(Array.from({ length: 50 }, (_, index) => String(index + 2)));
  });
});
