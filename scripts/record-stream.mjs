// Records what one provider answers, byte for byte but for what is nobody's business: docs/add-a-provider.md. Needs Node >= 18 and no dependencies.
// Keys come from environment variables, whose names alone are on the command line. Nothing is written that looks like a key.
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findLeftovers, hasSameShape, isJson, scrub } from './scrub-recording.mjs';

const MAX_BYTES = 16 * 1024 * 1024;
const MINIMUM_SECRET = 8;
const PROMPT = 'Write two short sentences about rivers.';
const messages = [{ role: 'user', content: PROMPT }];
const bearer = (key) => ({ authorization: `Bearer ${key}` });

/** How each API is asked when no --url and no --body say otherwise. */
const apis = {
  'openai-chat': {
    provider: 'openai',
    url: () => 'https://api.openai.com/v1/chat/completions',
    keyHeaders: bearer,
    body: (model) => ({ model, messages, stream: true, stream_options: { include_usage: true } }),
  },
  'openai-responses': {
    provider: 'openai',
    url: () => 'https://api.openai.com/v1/responses',
    keyHeaders: bearer,
    body: (model) => ({ model, input: messages, stream: true, store: false }),
  },
  'anthropic-messages': {
    provider: 'anthropic',
    url: () => 'https://api.anthropic.com/v1/messages',
    keyHeaders: (key) => ({ 'x-api-key': key }),
    headers: { 'anthropic-version': '2023-06-01' },
    body: (model) => ({ model, messages, max_tokens: 1024, stream: true }),
  },
  gemini: {
    provider: 'gemini',
    url: (model) =>
      `https://generativelanguage.googleapis.com/v1beta/models/${encodeURIComponent(model)}:streamGenerateContent?alt=sse`,
    keyHeaders: (key) => ({ 'x-goog-api-key': key }),
    body: () => ({ contents: [{ role: 'user', parts: [{ text: PROMPT }] }] }),
  },
  'ollama-chat': {
    provider: 'ollama',
    url: () => 'http://127.0.0.1:11434/api/chat',
    keyHeaders: bearer,
    body: (model) => ({ model, messages, stream: true }),
  },
};

const usage = `usage: npm run -s record -- --api API --out FOLDER [--model NAME] [--key VARIABLE] …
  --api API            ${Object.keys(apis).join(' | ')}
  --out FOLDER         where the recording goes; made if it is not there
  --model NAME         for the built-in request, and for the record
  --key VARIABLE       the environment variable that holds the key; never the key itself
  --key-header NAME    the header that carries it; default: the API's own
  --header NAME=VARIABLE   one more header, its value from an environment variable; may be repeated
  --secret VARIABLE    one more value that must not be in the recording; may be repeated
  --url URL            the whole address; default: the vendor's
  --body FILE          the request's body, sent as it is; default: a short question
  --provider NAME      for the record; default: the API's vendor
  --name NAME          of the files; default: PROVIDER.API.MODEL
  --silence SECONDS    how long nothing may come; default 60
  --seconds SECONDS    how long all of it may take; default 600
  --force              write over a recording of this name`;

function fail(message, code = 1) {
  process.stderr.write(`record: ${message}\n`);
  process.exit(code);
}

function readOptions() {
  const text = { type: 'string' };
  const many = { type: 'string', multiple: true, default: [] };
  const singles = 'api out model key key-header url body provider name silence seconds'.split(' ');
  const options = {
    ...Object.fromEntries(singles.map((name) => [name, text])),
    header: many,
    secret: many,
    force: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  };
  try {
    return parseArgs({ options }).values;
  } catch {
    // The message may quote what was given.
    return fail(`an option is unknown or lacks its value\n${usage}`, 2);
  }
}

/** @returns {string} */
function valueOf(variable) {
  const value = process.env[variable]?.trim();
  // Whoever gave a key instead of a name does not want to see it again.
  if (!value) return fail('an environment variable that --key, --header or --secret names is not set', 2);
  if (value.length < MINIMUM_SECRET)
    return fail(`a secret has less than ${MINIMUM_SECRET} characters: it could not be found again`, 2);
  return value;
}

function readSeconds(value, standard) {
  const seconds = Number(value ?? standard);
  if (!(seconds > 0 && seconds <= 3600)) fail('--silence and --seconds take up to 3600 seconds', 2);
  return seconds * 1000;
}

/** @returns what is to be asked, and where it is to be written */
function plan() {
  const options = readOptions();
  if (options.help) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  const api = Object.hasOwn(apis, options.api ?? '') ? apis[options.api] : fail(usage, 2);
  if (options.out === undefined) fail(usage, 2);
  if (options.model === undefined && options.body === undefined) fail('--model or --body is needed', 2);
  const { model = '', provider = api.provider } = options;
  const name =
    options.name ??
    [provider, options.api, model || 'recording'].map((part) => part.replace(/[^\w.-]+/g, '-')).join('.');
  if (!/^[\w-][\w.-]*$/.test(name)) fail('--name must be letters, digits, dots, hyphens', 2);
  const key = options.key === undefined ? undefined : valueOf(options.key);
  const extra = options.header.map((pair) => {
    const [header, variable = ''] = pair.split('=');
    return [header.toLowerCase(), valueOf(variable)];
  });
  return {
    provider,
    api: options.api,
    model,
    name,
    out: options.out,
    isForced: options.force,
    url: readUrl(options.url ?? api.url(model)),
    body: options.body === undefined ? JSON.stringify(api.body(model)) : readFileSync(options.body),
    headers: {
      'content-type': 'application/json',
      'accept-encoding': 'identity',
      ...api.headers,
      ...keyHeadersOf(api, key, options['key-header']),
      ...Object.fromEntries(extra),
    },
    secrets: [
      ...(key === undefined ? [] : [key]),
      ...extra.map(([, value]) => value),
      ...options.secret.map(valueOf),
    ],
    silenceMs: readSeconds(options.silence, 60),
    totalMs: readSeconds(options.seconds, 600),
  };
}

function keyHeadersOf(api, key, header) {
  if (key === undefined) return {};
  return header === undefined ? api.keyHeaders(key) : { [header]: key };
}

function readUrl(text) {
  let url;
  try {
    url = new URL(text);
  } catch {
    return fail('--url is no address', 2);
  }
  if (!/^https?:$/.test(url.protocol)) fail('--url must be http:// or https://', 2);
  const hasKey = url.username !== '' || /[?&](?:api[-_]?)?(?:key|token|secret)=/i.test(url.search);
  if (hasKey)
    fail('--url must hold no key: name its variable with --key, and its header with --key-header', 2);
  return url;
}

/**
 * Asks, and keeps what comes until it ends, by itself or by one of the limits, Ctrl-C among them.
 * @returns {Promise<{status: number, headers: object, chunks: Buffer[], reads: [number, number][], end: string}>}
 */
function receive({ url, body, headers, silenceMs, totalMs }) {
  return new Promise((resolve, reject) => {
    const answer = { status: 0, headers: {}, chunks: [], reads: [], end: '' };
    let size = 0;
    let last = Date.now();
    const request = (url.protocol === 'https:' ? https : http).request(url, {
      method: 'POST',
      headers,
      agent: false,
    });
    const settle = (end) => {
      if (answer.end !== '') return;
      answer.end = end;
      clearTimeout(deadline);
      clearTimeout(silence);
      request.destroy();
      if (answer.status === 0) reject(new Error(end));
      else resolve(answer);
    };
    const deadline = setTimeout(() => settle('out of time'), totalMs);
    const silence = setTimeout(() => settle('silent for too long'), silenceMs);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => settle('interrupted'));
    // The messages of errors can quote headers.
    request.on('error', ({ code }) => settle(`connection lost${code === undefined ? '' : ` (${code})`}`));
    request.on('response', (response) => {
      answer.status = response.statusCode;
      answer.headers = response.headers;
      last = Date.now();
      response.on('data', (chunk) => {
        silence.refresh();
        answer.chunks.push(chunk);
        answer.reads.push([Date.now() - last, chunk.length]);
        last = Date.now();
        size += chunk.length;
        if (size > MAX_BYTES) settle('too large');
      });
      response.on('end', () => settle(response.complete ? 'complete' : 'connection lost'));
      response.on('error', ({ code }) => settle(`connection lost${code === undefined ? '' : ` (${code})`}`));
      response.on('close', () => settle('connection lost'));
    });
    request.end(body);
  });
}

const keptHeaders = new Set(['content-type', 'retry-after', 'retry-after-ms', 'x-should-retry']);

function scrubHeaders(headers) {
  const entries = Object.entries(headers).flatMap(([name, value]) => {
    if (keptHeaders.has(name)) return [[name, value]];
    return /(?:request|generation|trace|correlation)-?id$/.test(name) ? [[name, '<REQUEST_ID>']] : [];
  });
  return Object.fromEntries(entries);
}

function extensionOf(contentType = '') {
  if (contentType.includes('event-stream')) return 'sse';
  return /ndjson|jsonl|json-seq/.test(contentType) ? 'ndjson' : 'body';
}

/** @returns {{path: string, content: Buffer, isLine?: boolean}[]} the files of a recording, not written yet */
function describeRecording({ provider, api, model, name, out }, { status, headers, reads, end, body }) {
  const about = { provider, api, model, status, headers: scrubHeaders(headers) };
  const file = (suffix) => join(out, `${name}.${suffix}`);
  if (status < 200 || status > 299) {
    const text = body.toString();
    const record = {
      ...about,
      body: text,
      body_is_json: isJson(text),
      streaming_request: true,
      isTruncated: end !== 'complete',
    };
    return [
      {
        path: join(out, 'http_errors.jsonl'),
        content: Buffer.from(`${JSON.stringify(record)}\n`),
        isLine: true,
      },
    ];
  }
  const isTruncated = end !== 'complete';
  const meta = {
    ...about,
    recordedAt: new Date().toISOString(),
    isTruncated,
    end,
    bytes: body.length,
    reads,
  };
  return [
    { path: file(extensionOf(headers['content-type'])), content: body },
    // One line for each read: delay in ms since the last one, bytes.
    {
      path: file('json'),
      content: Buffer.from(
        `${JSON.stringify(meta, null, 2).replace(/\[\s+(\d+),\s+(\d+)\s+\]/g, '[$1, $2]')}\n`,
      ),
    },
  ];
}

function write(files, { out, isForced, secrets }) {
  for (const { path, content } of files) {
    const leftovers = findLeftovers(content, secrets);
    if (leftovers.length > 0) {
      fail(
        `nothing was written: something that looks like a key is left ${leftovers.slice(0, 5).join(', ')}; name its variable with --secret`,
      );
    }
    if (findLeftovers(Buffer.from(path), secrets).length > 0)
      fail('nothing was written: the name looks like a key');
  }
  mkdirSync(out, { recursive: true });
  const taken = files.find(({ path, isLine }) => !isLine && !isForced && existsSync(path));
  if (taken !== undefined) fail(`${taken.path} is there already; --force writes over it, --name beside it`);
  for (const { path, content, isLine } of files) {
    if (isLine) appendFileSync(path, content);
    else writeFileSync(path, content);
    process.stdout.write(`${path}\n`);
  }
}

const planned = plan();
const answer = await receive(planned).catch(({ message }) => fail(`no answer came: ${message}`));
if ((answer.headers['content-encoding'] ?? 'identity') !== 'identity') {
  fail('nothing was written: the answer is compressed, and a compressed key cannot be found');
}
const received = Buffer.concat(answer.chunks);
const body = scrub(received, planned.secrets);
if (!hasSameShape(received, body))
  fail('nothing was written: without its keys the answer would not be JSON any more');
write(describeRecording(planned, { ...answer, body }), planned);
process.stderr.write(`record: status ${answer.status}, ${body.length} bytes, ${answer.end}\n`);
process.exit(answer.end === 'interrupted' ? 130 : 0);
