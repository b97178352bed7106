import { expect, it } from 'vitest';
import { TOKEN_PLACEHOLDER, writeSnippets } from './code-snippets.ts';

const baseUrl = 'https://chat.example.com:8443';

it('names the server and the token that was just made, or the variable to put one in', () => {
  const snippets = writeSnippets({ baseUrl, token: 'abc.d$&f' });
  expect(snippets).toHaveLength(9);
  for (const { name, code } of snippets) {
    expect(code, name).toContain(baseUrl);
    expect(code, name).not.toContain('127.0.0.1');
    expect(code, name).not.toContain('SLUICE_');
    // There the reader is asked for it: a page is read by others.
    expect(code.includes('abc.d$&f'), name).toBe(name !== 'Browser');
  }
  for (const { name, code } of writeSnippets({ baseUrl, token: null })) {
    expect(code.includes(TOKEN_PLACEHOLDER), name).toBe(name !== 'Browser');
    expect(code, name).toContain(baseUrl);
  }
});
