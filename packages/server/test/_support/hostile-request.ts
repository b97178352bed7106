import { gzipSync } from 'node:zlib';
import { authorisationRows, requestOf } from './authorisation-rows.ts';
import type { Random } from './counts.ts';
import type { Ids } from './make-person.ts';

/** A request as it goes over the wire; what is in it may be right by chance. */
export interface HostileRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: Buffer;
}

type Pick = <Choice>(choices: readonly Choice[]) => Choice;

const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const wrongValues: readonly unknown[] = [
  null,
  [],
  {},
  true,
  0,
  -1,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  '',
  ' ',
  '\u0000',
  '\ud800',
  'a\nb\rc\u2028d',
  'data: {}\n\nid: 9\n\n',
  'x'.repeat(100_000),
  '../../etc/passwd',
  "' or 1=1 --",
  '${process.env}',
  [[[[[]]]]],
  { toString: 'x', valueOf: 1 },
  ['a', 1, null],
  JSON.parse('{"__proto__": {"admin": true}}') as unknown,
  JSON.parse('{"constructor": {"prototype": {"role": "admin"}}}') as unknown,
];
const wrongTexts: readonly string[] = [
  '',
  'null',
  '[]',
  '"text"',
  '0',
  '{',
  '{"message":"Hi"',
  '{"message":"Hi"}}',
  '{"message":"Hi","message":"Ho"}',
  '{"__proto__":{"message":"Hi"}}',
  '\ufeff{"message":"Hi"}',
  "{'message':'Hi'}",
  '{"message":"\\ud800"}',
  '{"message":NaN}',
  `{"messages":${deep(2000)}}`,
  `{"a":${deep(100_000)}}`,
  'message=Hi',
  '<message>Hi</message>',
  '--x\r\nContent-Disposition: form-data; name="message"\r\n\r\nHi\r\n--x--',
];
const wrongTypes: readonly string[] = [
  'text/plain',
  'application/json; charset=utf-7',
  'application/json; charset=',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/xml',
  'json',
  '',
];
const wrongSegments: readonly string[] = [
  '..',
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '..%5c..%5cwindows',
  '%00',
  '%0d%0aX-Injected:%201',
  '%ff%fe',
  '%',
  '%u0041',
  'null',
  'undefined',
  '__proto__',
  'constructor',
  '-1',
  '0',
  'x'.repeat(3000),
  "';drop%20table%20runs;--",
  '*',
  ';a=b',
];
const wrongQueries: readonly string[] = [
  'limit=-1',
  'limit=1e9',
  'limit=a&limit=b',
  'limit[]=1',
  'cursor=%00',
  'cursor=x',
  'q=%ff',
  `q=${'a+'.repeat(2000)}`,
  'q="%20OR%20*',
  'from=yesterday&to=2026-13-45',
  'groupBy=__proto__',
  'after=-1',
  'after=9e99',
  'format=../x',
  'active=maybe',
  'user=%27',
  '__proto__[x]=1',
  '&&&===',
];
const wrongHeaders: readonly [name: string, value: string][] = [
  ['idempotency-key', 'k'.repeat(300)],
  ['idempotency-key', 'a b'],
  ['last-event-id', '-1'],
  ['last-event-id', '1,2'],
  ['last-event-id', '99999999999999999999'],
  ['accept', 'image/png;q=bad'],
  ['accept', 'text/plain'],
  ['range', 'bytes=0-1,5-2'],
  ['expect', 'something'],
  ['x-http-method-override', 'DELETE'],
  ['x-forwarded-for', "'; drop table users"],
  ['x-request-id', 'x'.repeat(5000)],
  ['if-none-match', '*'],
  ['cookie', `sluice-refresh-3000=${'x'.repeat(3000)}; a=b; =; ;`],
  ['authorization', 'Bearer'],
  ['authorization', 'Bearer a.b.c'],
  ['authorization', 'Basic Og=='],
  ['origin', 'null'],
  ['content-encoding', 'gzip'],
  ['content-encoding', 'br, gzip'],
  ['content-encoding', 'nonsense'],
];

/** Bodies with all that the routes take, so that each field is gone wrong with. */
const fullBodies: Readonly<Record<string, object>> = {
  'POST /api/chat/stream': {
    model: 'openai/gpt-4.1',
    messages: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Hi' },
          { type: 'image', mediaType: 'image/png', data: 'AAAA' },
        ],
      },
    ],
    systemPrompt: 'x',
    maxOutputTokens: 10,
    temperature: 0.5,
    reasoning: 'low',
    fallbackModels: ['openai/gpt-4.1-mini'],
    onDisconnect: 'grace',
    graceMs: 1000,
    metadata: { a: 'b' },
  },
  'POST /v1/chat/completions': {
    model: 'openai/gpt-4.1',
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
    stream: true,
    stream_options: { include_usage: true },
    max_completion_tokens: 10,
    temperature: 1,
    reasoning_effort: 'low',
    metadata: {},
  },
  'POST /v1/messages': {
    model: 'anthropic/claude-sonnet-5-5',
    max_tokens: 10,
    system: [{ type: 'text', text: 'x' }],
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
    stream: true,
    temperature: 0.5,
    thinking: { type: 'disabled' },
  },
  'POST /api/ai-sdk/chat': {
    id: 'c',
    trigger: 'submit-message',
    messages: [{ id: 'm', role: 'user', parts: [{ type: 'text', text: 'Hi' }] }],
  },
};

const rows = Object.entries(authorisationRows);

/** One request to one of all routes, wrong in one to three ways. */
export function makeHostileRequest(random: Random, ids: Ids): HostileRequest {
  const pick: Pick = (choices) => choices[Math.floor(random() * choices.length)]!;
  const [name, row] = pick(rows);
  const { method, path, body = {} } = requestOf(name, row, ids);
  const seed = random() < 0.5 ? (fullBodies[name] ?? body) : body;
  const request: HostileRequest = { method, path, headers: { 'content-type': 'application/json' } };
  if (method !== 'GET' || random() < 0.1) request.body = Buffer.from(JSON.stringify(seed));
  const wrongs =
    method === 'GET'
      ? [inPath, inQuery, inHeaders, inMethod]
      : [inField, inField, inField, inBody, ...always];
  for (let count = 1 + Math.floor(random() * 3); count > 0; count -= 1)
    pick(wrongs)(request, pick, seed as object);
  return request;
}

type GoWrong = (request: HostileRequest, pick: Pick, seed: object) => void;

const inField: GoWrong = (request, pick, seed) => {
  const body = structuredClone(seed) as Record<string, unknown>;
  let place = body;
  for (;;) {
    const key = pick([...Object.keys(place), 'unknown']);
    const value = place[key];
    if (typeof value === 'object' && value !== null && pick([true, false])) {
      place = value as Record<string, unknown>;
      continue;
    }
    if (pick([true, true, true, false])) place[key] = pick(wrongValues);
    else delete place[key];
    break;
  }
  request.body = Buffer.from(JSON.stringify(body));
};

const inBody: GoWrong = (request, pick) => {
  const text = pick(wrongTexts);
  const bytes = Buffer.from(text);
  request.body = pick([
    bytes,
    bytes,
    gzipSync(bytes),
    bytes.subarray(0, bytes.length / 2),
    Buffer.from(text, 'utf16le'),
  ]);
};

const inPath: GoWrong = (request, pick) => {
  const [path = '', query] = request.path.split('?');
  const segments = path.split('/');
  segments[1 + Math.floor(pick([0, 0.3, 0.6, 0.99]) * (segments.length - 1))] = pick(wrongSegments);
  request.path = segments.join('/') + (query === undefined ? '' : `?${query}`);
};

const inQuery: GoWrong = (request, pick) => {
  request.path += (request.path.includes('?') ? '&' : '?') + pick(wrongQueries);
};

const inHeaders: GoWrong = (request, pick) => {
  if (pick([true, false])) request.headers['content-type'] = pick(wrongTypes);
  const [name, value] = pick(wrongHeaders);
  request.headers[name] = value;
};

const inMethod: GoWrong = (request, pick) => {
  request.method = pick(['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'HEAD', 'POST']);
};

const always = [inPath, inQuery, inHeaders, inMethod];
