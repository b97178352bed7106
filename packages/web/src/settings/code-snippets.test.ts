import { expect, it } from 'vitest';
import { TOKEN_PLACEHOLDER, writeSnippets } from './code-snippets.ts';

const baseUrl = 'https://chat.example.com:8443';

it('names the server and the token that was just made, or the variable to put one in', () => {
  for (const { code } of writeSnippets({ baseUrl, token: 'abc.def' })) {
    expect(code).toContain(`${baseUrl}/api/chat/stream`);
    expect(code).toContain('abc.def');
    expect(code).not.toContain(TOKEN_PLACEHOLDER);
  }
  for (const { code } of writeSnippets({ baseUrl, token: null })) expect(code).toContain(TOKEN_PLACEHOLDER);
});
