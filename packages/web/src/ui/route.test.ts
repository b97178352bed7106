import { describe, expect, it } from 'vitest';
import { chatPath, readMessageId, readPanel, readRoute } from './route.ts';

describe('readRoute', () => {
  it('reads back what chatPath writes', () => {
    for (const conversationId of [null, '0198c0de-0000-7000-8000-000000000000']) {
      expect(readRoute(chatPath(conversationId))).toEqual({ page: 'chat', conversationId });
    }
  });

  it('knows its pages, and no others', () => {
    expect(readRoute('/setup')).toEqual({ page: 'set-up' });
    expect(readRoute('/share/AbC_-1')).toEqual({ page: 'share', shareId: 'AbC_-1' });
    expect(readRoute('/settings')).toEqual({ page: 'settings', panel: 'account' });
    expect(readRoute('/usage')).toEqual({ page: 'settings', panel: 'usage' });
    for (const path of ['/c', '/c/', '/c/a/b', '/share/', '/c/a%2Fb', '/other']) {
      expect(readRoute(path)).toEqual({ page: 'unknown' });
    }
  });
});

describe('readMessageId', () => {
  it('reads back the message that chatPath names, and takes no other fragment for one', () => {
    expect(readMessageId(new URL(chatPath('c1', 'm_2-3'), 'http://localhost').hash)).toBe('m_2-3');
    for (const hash of ['', '#', '#m-', '#usage', '#m-a"]']) expect(readMessageId(hash)).toBeNull();
    expect(readPanel('#m-usage')).toBeNull();
  });
});

describe('readPanel', () => {
  it('knows the fragments that open something over the page', () => {
    expect(['#tokens', '#users', '', '#', '#code=1'].map(readPanel)).toEqual([
      'tokens',
      'users',
      null,
      null,
      null,
    ]);
  });
});
