// The texts of files, which is what ?raw gives, and which the linter takes for modules.
/* oxlint-disable import/default */
import aiSdk from '../../../../examples/ai-sdk-react/main.tsx?raw';
import anthropicSdk from '../../../../examples/anthropic-sdk.mjs?raw';
import browser from '../../../../examples/browser.html?raw';
import curl from '../../../../examples/curl.sh?raw';
import fetching from '../../../../examples/fetch.mjs?raw';
import nodeClient from '../../../../examples/node-client.mjs?raw';
import openaiSdk from '../../../../examples/openai-sdk.mjs?raw';
import python from '../../../../examples/plain_http.py?raw';
import websocket from '../../../../examples/websocket.mjs?raw';

/** What stands where a token belongs while there is none to show. */
export const TOKEN_PLACEHOLDER = 'SLUICE_TOKEN';

/** The examples of the repository, whose tests run them: one for each way of calling this server. */
const examples = [
  { name: 'curl', code: curl },
  { name: 'JavaScript', code: fetching },
  { name: 'Python', code: python },
  { name: 'OpenAI SDK', code: openaiSdk },
  { name: 'Anthropic SDK', code: anthropicSdk },
  { name: 'AI SDK', code: aiSdk },
  { name: 'WebSocket', code: websocket },
  { name: 'Browser', code: browser },
  { name: 'TypeScript', code: nodeClient },
] as const;

export type SnippetName = (typeof examples)[number]['name'];

const anyWhere = String.raw`http://127\.0\.0\.1:3000`;

/** Where an example looks for the server's address: with what stands around it kept, in `$1` and `$2`. */
const addresses = [
  new RegExp(String.raw`()\$\{SLUICE_URL:-${anyWhere}\}()`, 'g'),
  new RegExp(String.raw`(?:process|import\.meta)\.env\.(?:VITE_)?SLUICE_URL \?\? (')${anyWhere}(')`, 'g'),
  new RegExp(String.raw`os\.environ\.get\("SLUICE_URL", (")${anyWhere}(")\)`, 'g'),
  new RegExp(String.raw`(')${anyWhere}(')`, 'g'),
];

/** Where it looks for a token. */
const tokens = [
  { pattern: /(?:process|import\.meta)\.env\.(?:VITE_)?SLUICE_TOKEN(?: \?\? '')?/g, quote: "'" },
  { pattern: /os\.environ\["SLUICE_TOKEN"\]/g, quote: '"' },
  { pattern: /\$SLUICE_TOKEN/g, quote: '' },
];

interface SnippetOptions {
  /** Where this server is, as the browser knows it: without a slash at its end. */
  baseUrl: string;
  /** Null: the program reads the variable `SLUICE_TOKEN` of its environment. */
  token: string | null;
}

/** @returns small programs that ask a question and write the answer as it comes, each to be run as it is */
export function writeSnippets(options: SnippetOptions): readonly { name: SnippetName; code: string }[] {
  return examples.map(({ name, code }) => ({ name, code: fillIn(code, options) }));
}

function fillIn(code: string, { baseUrl, token }: SnippetOptions): string {
  let filled = code;
  // A function, for nothing in an address or a token stands for something else.
  for (const pattern of addresses)
    filled = filled.replace(pattern, (_, before: string, after: string) => before + baseUrl + after);
  if (token === null) return filled;
  for (const { pattern, quote } of tokens) filled = filled.replace(pattern, () => quote + token + quote);
  return filled;
}
