import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeUpstream, startFakeUpstream } from './_support/fake-upstream.ts';
import { type SpawnedProcess, spawnProcess } from './_support/spawn-process.ts';

const canary = 'zq-canary-4f8a1c7d9e2b';
const chunk = (content: string, more: object = {}) =>
  `data: ${JSON.stringify({ id: 'chatcmpl-Abc123Def456Ghi7', ...more, choices: [{ index: 0, delta: { content } }] })}\n\n`;
const base64 = (text: string) => Buffer.from(text).toString('base64');

let upstream: FakeUpstream;
let out: string;
beforeEach(async () => {
  upstream = await startFakeUpstream();
  out = join(mkdtempSync(join(tmpdir(), 'sluice-record-')), 'made');
});
afterEach(async () => {
  await upstream[Symbol.asyncDispose]();
  rmSync(join(out, '..'), { recursive: true, force: true });
});

function start(args: string[] = [], environment: Record<string, string> = {}): SpawnedProcess {
  const url = `${upstream.url}/v1/chat/completions`;
  const standard = [
    '--api',
    'openai-chat',
    '--model',
    'fake',
    '--url',
    url,
    '--out',
    out,
    '--key',
    'LAB_KEY',
  ];
  return spawnProcess(process.execPath, ['scripts/record-stream.mjs', ...standard, ...args], {
    LAB_KEY: canary,
    ...environment,
  });
}

async function record(args: string[] = [], environment: Record<string, string> = {}) {
  await using recorder = start(args, environment);
  const code = await recorder.exit();
  return { code, output: recorder.output() };
}

/** All that was written, as one text. */
function everything(): string {
  if (!existsSync(out)) return '';
  return readdirSync(out)
    .map((name) => `${name}\n${readFileSync(join(out, name), 'latin1')}`)
    .join('\n');
}
const read = (name: string) => readFileSync(join(out, name));

interface Metadata {
  status: number;
  isTruncated: boolean;
  end: string;
  bytes: number;
  headers: Record<string, string>;
  reads: [number, number][];
}
const metadata = () => JSON.parse(read('openai.openai-chat.fake.json').toString()) as Metadata;

describe('scripts/record-stream.mjs', () => {
  it('writes the body byte for byte, with the request of the API, and what is known of it', async () => {
    const body = `: sign\r\n\r\n${chunk('Schön 你好 👩‍👩‍👧')}data: [DONE]\n\n`.replace(
      'Abc123Def456Ghi7',
      'fake',
    );
    upstream.script({ rawBase64: base64(body), split: 'random' });
    expect(await record()).toMatchObject({ code: 0 });
    expect(read('openai.openai-chat.fake.sse').toString()).toBe(body);
    const { headers, body: asked } = upstream.lastReceived;
    expect(headers).toMatchObject({ authorization: `Bearer ${canary}`, 'accept-encoding': 'identity' });
    expect(asked).toMatchObject({ model: 'fake', stream: true, stream_options: { include_usage: true } });
    const about = metadata();
    expect(about).toMatchObject({
      provider: 'openai',
      api: 'openai-chat',
      model: 'fake',
      status: 200,
      isTruncated: false,
      end: 'complete',
      bytes: Buffer.byteLength(body),
      headers: { 'content-type': 'text/event-stream; charset=utf-8', 'x-request-id': '<REQUEST_ID>' },
    });
    expect(about.reads.length).toBeGreaterThan(1);
    expect(about.reads.reduce((sum, [, bytes]) => sum + bytes, 0)).toBe(Buffer.byteLength(body));
  });

  it('replaces keys and ids by as many bytes, in whatever way they are written, and nothing else', async () => {
    const body = [
      chunk(
        `Your key ${canary}, and its end …${canary.slice(-9)}.\nsk-proj-abc123def456 Bearer aB3.dE5-gH7ij`,
      ),
      chunk(`${base64(canary)} ${encodeURIComponent(`${canary}`)}\nana@example.com`, { user_id: 'u-77' }),
      chunk('Then org-Zx9Yw8Vu7Ts6 and 123e4567-e89b-42d3-a456-426614174000', {
        request_id: 'req_011CSHoEeqs5C35',
      }),
      'data: [DONE]\n\n',
    ].join('');
    upstream.script({
      rawBase64: base64(body),
      headers: { 'x-echo': canary, 'openai-organization': 'org-Zx9Yw8Vu7Ts6', 'retry-after': '3' },
    });
    expect(await record()).toMatchObject({ code: 0 });
    const written = read('openai.openai-chat.fake.sse');
    expect(written.length).toBe(Buffer.byteLength(body));
    expect(metadata().headers).toEqual({
      'content-type': 'text/event-stream; charset=utf-8',
      'retry-after': '3',
      'x-request-id': '<REQUEST_ID>',
    });
    const gone = [
      canary,
      canary.slice(-9),
      base64(canary),
      'abc123def456',
      'aB3.dE5-gH7ij',
      'ana@example.com',
    ];
    for (const secret of [
      ...gone,
      'u-77',
      'Zx9Yw8Vu7Ts6',
      '426614174000',
      '011CSHoEeqs5C35',
      'Abc123Def456Ghi7',
    ]) {
      expect(everything()).not.toContain(secret);
    }
    const original = Buffer.from(body);
    const changed = [...written]
      .filter((byte, at) => byte !== original[at])
      .map((byte) => String.fromCharCode(byte));
    expect(changed.join('')).toMatch(/^[KEYID_\d]+$/);
    const ids = [...written.toString().matchAll(/"id":"([^"]+)"/g)].map(([, id]) => id);
    expect(ids).toEqual(Array.from({ length: 3 }, () => expect.stringMatching(/^chatcmpl-ID_\d+_+$/)));
    expect(new Set(ids).size).toBe(1);
    expect(written.toString()).toContain('Your key KEY_');
  });

  it.each([
    [
      'a model that repeats it in pieces',
      canary
        .split('')
        .map((letter) => chunk(letter))
        .join(''),
    ],
    ['an escape', chunk('').replace('""', `"${canary.replaceAll('-', '\\u002d')}"`)],
    ['an unknown form', chunk('', { api_key: '9f8e7d6c5b4a3210ffee' })],
    [
      'somebody else’s key, in pieces',
      'it is sk-abcdefghijklmnop1234'
        .split('')
        .map((letter) => chunk(letter))
        .join(''),
    ],
  ])('refuses to write where something that looks like a key is left: %s', async (_what, body) => {
    upstream.script({ rawBase64: base64(body) });
    const { code, output } = await record();
    expect(code).toBe(1);
    expect(output).toContain('nothing was written');
    expect(output).not.toMatch(/canary|9f8e7d6c|sk-abc/);
    expect(everything()).toBe('');
  });

  it('takes what another variable holds for a secret, too', async () => {
    upstream.script({ rawBase64: base64(chunk('', { api_key: '9f8e7d6c5b4a3210ffee' })) });
    expect(await record(['--secret', 'OTHER'], { OTHER: '9f8e7d6c5b4a3210ffee' })).toMatchObject({ code: 0 });
    expect(everything()).toContain('"api_key":"KEY_');
    expect(everything()).not.toContain('9f8e7d6c');
  });

  it('records answers that are no success as one line each, without the key they quote', async () => {
    const errorMessage = `Incorrect API key provided: ${canary}. See ana@example.com`;
    upstream.script({
      status: 401,
      errorKind: 'invalid_api_key',
      errorMessage,
      headers: { 'x-should-retry': 'false' },
    });
    expect(await record()).toMatchObject({ code: 0 });
    upstream.script({ status: 429, body: 'slow down', headers: { 'retry-after': '7', 'x-debug': canary } });
    expect(await record()).toMatchObject({ code: 0 });
    expect(readdirSync(out)).toEqual(['http_errors.jsonl']);
    const lines = read('http_errors.jsonl').toString().trimEnd().split('\n');
    const [first, second] = lines.map((line) => JSON.parse(line) as { body: string });
    expect(first).toMatchObject({
      provider: 'openai',
      status: 401,
      headers: {
        'content-type': 'application/json',
        'x-should-retry': 'false',
        'x-request-id': '<REQUEST_ID>',
      },
      body_is_json: true,
      streaming_request: true,
    });
    expect(first?.body).toMatch(/Incorrect API key provided: KEY_1_+\. See ID_2_+"/);
    expect(second).toMatchObject({ status: 429, body: 'slow down', body_is_json: false });
    expect(everything()).not.toMatch(/canary|ana@/);
  });

  it('keeps what has come when it is interrupted, and marks it', async () => {
    upstream.script({ tokens: 6, after: 3, hang: 'mid' });
    await using recorder = start();
    await expect.poll(() => upstream.stats.tokens).toBe(3);
    recorder.child.kill('SIGINT');
    expect(await recorder.exit()).toBe(130);
    expect(metadata()).toMatchObject({ isTruncated: true, end: 'interrupted' });
    expect(read('openai.openai-chat.fake.sse').toString()).toMatch(/ t2"[^]*\n\n$/);
  });

  it.each([
    ['reset', 'connection lost'],
    ['fin', 'connection lost'],
  ] as const)('marks a body that ends by %s', async (end, said) => {
    upstream.script({ tokens: 6, after: 3, end });
    expect(await record()).toMatchObject({ code: 0 });
    expect(metadata()).toMatchObject({ isTruncated: true, end: expect.stringContaining(said) });
  });

  it('waits for nothing longer than it may', async () => {
    upstream.script({ tokens: 6, after: 3, hang: 'mid' });
    expect(await record(['--silence', '0.5'])).toMatchObject({ code: 0 });
    expect(metadata()).toMatchObject({ isTruncated: true, end: 'silent for too long' });
    upstream.script({ tokens: 1000, delayMs: 20 });
    expect(await record(['--seconds', '0.5', '--force'])).toMatchObject({ code: 0 });
    expect(metadata()).toMatchObject({ isTruncated: true, end: 'out of time' });
    upstream.script({ hang: 'headers' });
    expect(await record(['--silence', '0.5', '--name', 'none'])).toMatchObject({ code: 1 });
  });

  it('writes over nothing unless it is told to', async () => {
    expect(await record()).toMatchObject({ code: 0 });
    const before = everything();
    upstream.script({ text: 'Other' });
    expect(await record()).toMatchObject({ code: 1 });
    expect(everything()).toBe(before);
  });

  it.each([
    ['no variable of this name', ['--key', canary], {}],
    ['a key in the address', ['--url', `http://127.0.0.1:1/?key=${canary}`], {}],
    ['a key that could not be found again', [], { LAB_KEY: 'short' }],
    ['an unknown option', ['--api-key', canary], {}],
  ])('makes no call with %s, and does not repeat it', async (_what, args, environment) => {
    const { code, output } = await record(args, environment);
    expect(code).toBe(2);
    expect(output).not.toContain('canary');
    expect(upstream.stats.requests).toBe(0);
  });

  it.each([
    ['openai-responses', '/v1/responses', 'sse', 'authorization'],
    ['anthropic-messages', '/v1/messages', 'sse', 'x-api-key'],
    ['gemini', '/v1beta/models/fake:streamGenerateContent', 'sse', 'x-goog-api-key'],
    ['ollama-chat', '/api/chat', 'ndjson', 'authorization'],
  ])('speaks %s', async (api, path, ...[extension, keyHeader]) => {
    const own = ['--api', api, '--url', `${upstream.url}${path}`, '--name', 'own'];
    upstream.script({ text: 'Two rivers.', usage: {} });
    expect(await record(own)).toMatchObject({ code: 0 });
    expect(upstream.lastReceived.headers[keyHeader]).toContain(canary);
    expect(readdirSync(out).toSorted()).toEqual(['own.json', `own.${extension}`]);
    expect(everything()).toContain('Two ');
    expect(everything()).not.toContain('canary');
  });
});
