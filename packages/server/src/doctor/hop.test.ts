import { describe, expect, it } from 'vitest';
import { checkAddresses } from './check-addresses.ts';
import { listHops } from './hop.ts';

const list = (urls: string[], publicUrl: string, serverUrl: string | undefined = 'http://127.0.0.1:3000') =>
  listHops({ serverUrl, urls, publicUrl, areNamed: true }).map((hop) => [
    hop.url.origin,
    hop.host,
    hop.forwardedProto,
  ]);

describe('listHops', () => {
  it('asks each as the one before it would be asked by those in front', () => {
    expect(list(['http://nginx:8080', 'https://chat.example.com'], 'https://chat.example.com')).toEqual([
      ['http://127.0.0.1:3000', 'chat.example.com', 'https'],
      ['http://nginx:8080', 'chat.example.com', 'https'],
      ['https://chat.example.com', 'chat.example.com', undefined],
    ]);
  });

  it('asks a name of the internet under that name, and an address within under PUBLIC_URL', () => {
    expect(list(['https://other.example.com'], 'http://127.0.0.1:3000').at(-1)?.[1]).toBe(
      'other.example.com',
    );
    expect(list(['http://nginx:8080'], 'https://chat.example.com').at(-1)?.[1]).toBe('chat.example.com');
    expect(list(['http://[::1]:8080'], 'http://127.0.0.1:3000').at(-1)?.[1]).toBe('[::1]:8080');
  });

  it('visits no address twice, and no server whose port is unknown', () => {
    expect(list(['http://127.0.0.1:3000/'], 'http://127.0.0.1:3000')).toHaveLength(1);
    expect(
      listHops({ serverUrl: undefined, urls: [], publicUrl: 'http://127.0.0.1:0', areNamed: false }),
    ).toEqual([]);
  });
});

describe('checkAddresses', () => {
  const levels = (url: string, publicUrl: string) =>
    checkAddresses(new URL(url), publicUrl).map(({ level, says }) => `${level}: ${says}`);

  it('says who cannot get in by an address', () => {
    expect(levels('https://chat.example.com', 'https://chat.example.com')).toEqual([]);
    expect(levels('http://localhost:8080', 'http://127.0.0.1:3000')).toEqual([]);
    expect(levels('https://chat.example.com', 'http://chat.example.com')).toEqual([
      'fail: people who type https://chat.example.com cannot sign in: PUBLIC_URL is http://chat.example.com',
    ]);
    expect(levels('https://chat.example.com', 'http://127.0.0.1:3000')).toEqual([
      expect.stringMatching(/^fail: .* get 421/),
    ]);
    expect(levels('http://nginx:8080', 'https://chat.example.com')).toEqual([
      expect.stringMatching(/^note: .* get 421/),
    ]);
  });
});
