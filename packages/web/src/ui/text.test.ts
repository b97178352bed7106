import { errorTable } from '@sluice/shared';
import { compileMessage } from '@lingui/message-utils/compileMessage';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { german, rooms } from '../german/german.ts';
import { compileMessage as compileShort } from './compile-message.ts';
import { formatDate, formatNumber } from './format.ts';
import { chooseLanguage, getLanguage, getLocale, preferredLanguage, speak, t } from './text.ts';

const sources = import.meta.glob<string>(
  ['../**/*.{ts,tsx}', '!../**/*.test.*', '!../german/*', '!./{text,say-error}.ts'],
  {
    query: '?raw',
    import: 'default',
    eager: true,
  },
);

const call = /(?<![\w.])t\(\s*(?<literal>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")?/g;

interface Use {
  path: string;
  /** Undefined where the key is worked out. */
  key: string | undefined;
}

const unquote = (literal: string) => literal.slice(1, -1).replaceAll(/\\(['"\\])/g, '$1');

const uses = Object.entries(sources).flatMap(([path, text]) =>
  Array.from(text.matchAll(call), ({ groups }): Use => {
    const literal = groups?.['literal'];
    return { path, key: literal === undefined ? undefined : unquote(literal) };
  }),
);

/** The names of what a message is given, in alphabetical order. */
function placeholders(message: string): string[] {
  const names = new Set<string>();
  const visit = (tokens: unknown): void => {
    if (!Array.isArray(tokens)) return;
    for (const token of tokens) {
      if (!Array.isArray(token)) continue;
      names.add(String(token[0]));
      if (typeof token[2] === 'object') Object.values(token[2] ?? {}).forEach(visit);
    }
  };
  visit(compileMessage(message));
  return [...names].sort();
}

describe('the German catalogue', () => {
  it('finds what the page says', () => {
    expect(uses.length).toBeGreaterThan(1);
    expect(uses.filter(({ key }) => key === undefined)).toEqual([]);
  });

  it('has every sentence of the page, and no other', () => {
    const titles = Object.values(errorTable).map(({ title }) => title);
    const used = new Set<string | undefined>([...uses.map(({ key }) => key), ...titles]);
    expect(titles.filter((title) => !Object.hasOwn(german, title))).toEqual([]);
    const missing = uses.filter(({ key = '' }) => !Object.hasOwn(german, key));
    expect(missing.map(({ path, key }) => `${path}: ${key}`)).toEqual([]);
    expect(Object.keys(german).filter((key) => !used.has(key))).toEqual([]);
  });

  it('is asked when something is drawn, not when a file is loaded', () => {
    const early = Object.entries(sources).flatMap(([path, text]) =>
      text
        .split('\n')
        .filter((line) => /^(?:export )?const (?:(?!=>).)*(?<![\w.])t\('/.test(line))
        .map((line) => `${path}: ${line}`),
    );
    expect(early).toEqual([]);
  });

  it('has each sentence once', () => {
    const keys = Object.values(rooms).flatMap((room) => Object.keys(room));
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  it('means what it means in the whole language of ICU messages', () => {
    for (const sentence of Object.entries(german).flat()) {
      expect(compileShort(sentence), sentence).toEqual(compileMessage(sentence));
    }
  });

  it.each(['{count, plural, one {#}', 'a } brace', '{', '{a b}', '{a, number}'])('refuses %s', (message) => {
    expect(() => compileShort(message)).toThrow(SyntaxError);
  });

  it('is given what the English sentence is given', () => {
    for (const [english, sentence] of Object.entries(german)) {
      expect(sentence.trim(), english).not.toBe('');
      expect(placeholders(sentence), english).toEqual(placeholders(english));
    }
  });
});

describe('t', () => {
  beforeEach(() => vi.stubGlobal('document', { documentElement: { lang: 'en' } }));
  afterEach(async () => {
    await speak('en');
    vi.unstubAllGlobals();
  });

  const stubPage = (chosen: string | null, tags: string[]) => {
    const written: string[] = [];
    vi.stubGlobal('navigator', { languages: tags });
    vi.stubGlobal('localStorage', {
      getItem: () => chosen,
      setItem: (_key: string, value: string) => written.push(value),
    });
    return written;
  };

  it('puts values in, and counts', () => {
    expect(t('{count, plural, one {# thing} other {# things}}', { count: 1 })).toBe('1 thing');
    expect(t('{count, plural, one {# thing} other {# things}}', { count: 2000 })).toBe('2,000 things');
    expect(t("It isn't {what}", { what: 'constructor' })).toBe("It isn't constructor");
  });

  it('speaks the language that was chosen, and keeps the choice', async () => {
    const written = stubPage(null, []);
    await chooseLanguage('de');
    expect(getLanguage()).toBe('de');
    expect(document.documentElement.lang).toBe('de');
    expect(t('{ms} ms', { ms: 5 })).toBe('5 ms');
    expect(written).toEqual(['de']);
  });

  it('writes numbers and times as where the browser lives, in the language of the page', async () => {
    stubPage(null, ['de-CH', 'en-GB']);
    const at = '2026-11-21T19:55:00Z';
    const time = { hour: 'numeric', minute: '2-digit', timeZone: 'UTC' } as const;
    expect(getLocale()).toBe('en-GB');
    expect(formatDate(at, time)).toBe('19:55');
    await speak('de');
    expect(formatNumber(12_345.6)).toMatch(/^12['’]345\.6$/);
    stubPage(null, ['en-US']);
    expect(getLocale()).toBe('de');
    expect(formatNumber(12_345.6)).toBe('12.345,6');
  });

  it.each([
    [null, ['fr-FR', 'de-AT', 'en'], 'de'],
    ['en', ['de-DE'], 'en'],
    ['__proto__', ['de'], 'de'],
    [null, ['constructor', 'ja'], 'en'],
  ] as const)('prefers what was chosen (%j), then what the browser speaks (%j)', (chosen, tags, language) => {
    stubPage(chosen, [...tags]);
    expect(preferredLanguage()).toBe(language);
  });
});
