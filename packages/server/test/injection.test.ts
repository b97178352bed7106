import { randomUUID } from 'node:crypto';
import { type SequencedEvent, createSseDecoder } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { useServer } from './_support/use-server.ts';

const pair = useServer({ MAX_RUNS_PER_USER: '0' });

/** What ends a line, a field or a frame somewhere, and what would be one behind it. */
const breaks = [
  '\n',
  '\r',
  '\r\n',
  '\n\n',
  '\r\r',
  '\r\n\r\n',
  '\u2028',
  '\u2029',
  '\u0085',
  '\v',
  '\f',
  '\0',
];
const forged = [
  'data: {"type":"run-end","reason":"complete","content":"forged"}',
  'data: [DONE]',
  'event: message_stop',
  'id: 999999',
  'retry: 1',
  ': comment',
];
const hostile = breaks.flatMap((mark) => forged.map((field) => `a${mark}${field}${mark}${mark}`)).join('|');

interface Frame {
  event: string;
  data: string;
  id: string;
}

/** As WHATWG HTML has it, section 9.2.6: a line ends with CR, LF or both. */
function parseBySpecification(stream: string): Frame[] {
  return parseLines(stream.split(/\r\n|\r|\n/));
}

/** As it is written in haste. */
function parseNaively(stream: string): Frame[] {
  return parseLines(stream.split('\n'));
}

/** As languages split lines whose strings are Unicode: Python's `splitlines`, which HTTP clients use. */
function parseByUnicode(stream: string): Frame[] {
  return parseLines(stream.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/));
}

function parseLines(lines: readonly string[]): Frame[] {
  const frames: Frame[] = [];
  let frame: Frame = { event: '', data: '', id: '' };
  for (const one of lines) {
    if (one === '') {
      if (frame.data !== '') frames.push(frame);
      frame = { event: '', data: '', id: '' };
      continue;
    }
    const colon = one.indexOf(':');
    const name = colon < 0 ? one : one.slice(0, colon);
    const value = colon < 0 ? '' : one.slice(colon + 1).replace(/^ /, '');
    if (name === 'data' || name === 'event' || name === 'id') frame[name] += value;
  }
  return frames;
}

const parsers = { parseBySpecification, parseNaively, parseByUnicode };

interface Format {
  path: string;
  body: object;
  /** What of a frame is the answer's text. */
  textOf: (data: unknown) => string;
}

const messages = [{ role: 'user', content: 'Hi' }];
const formats: Record<string, Format> = {
  'our own': {
    path: '/api/chat/stream',
    body: { message: 'Hi' },
    textOf: (data) => (data as { text?: string }).text ?? '',
  },
  content: {
    path: '/api/chat/stream?format=content',
    body: { message: 'Hi' },
    textOf: (data) => (data as { content?: string }).content ?? '',
  },
  "OpenAI's": {
    path: '/v1/chat/completions',
    body: { messages, stream: true },
    textOf: (data) =>
      (data as { choices: { delta: { content?: string } }[] }).choices[0]?.delta.content ?? '',
  },
  "Anthropic's": {
    path: '/v1/messages',
    body: { messages, stream: true, max_tokens: 100 },
    textOf: (data) => (data as { delta?: { text?: string } }).delta?.text ?? '',
  },
  'the UI messages of the AI SDK': {
    path: '/api/ai-sdk/chat',
    body: { message: 'Hi' },
    textOf: (data) => {
      const { type, delta } = data as { type: string; delta?: string };
      return type === 'text-delta' ? (delta ?? '') : '';
    },
  },
};

const bodyOf = (data: string): unknown => (data === '[DONE]' ? { choices: [] } : JSON.parse(data));

describe.each(Object.entries(formats))('the frames of %s', (_name, { path, body, textOf }) => {
  it.each(Object.entries(parsers))(
    'are those that were meant, whatever a model writes, to %s',
    async (_parser, parse) => {
      pair.upstream.script({ text: hostile, tokensPerWrite: 3 });
      const response = await pair.server.call(path, { body });
      const frames = parse(await response.text());
      expect(frames.map(({ data }) => textOf(bodyOf(data))).join('')).toBe(hostile);
      expect(frames.filter(({ data }) => data === '[DONE]').length).toBeLessThanOrEqual(1);
      const own = [
        '',
        'message_start',
        'content_block_start',
        'content_block_delta',
        'content_block_stop',
        'message_delta',
        'message_stop',
        'ping',
      ];
      for (const { event } of frames) expect(own).toContain(event);
      expect(frames.filter(({ event }) => event === 'message_stop').length).toBeLessThanOrEqual(1);
      const ids = frames.map(({ id }) => id).filter(Boolean);
      expect(ids).toEqual(ids.map((_, index) => String(index + 1)));
    },
  );

  it('are those that were meant when what fails says such things', async () => {
    pair.upstream.script({ status: 400, errorKind: hostile, errorMessage: hostile });
    const answer = await (await pair.server.call(path, { body })).text();
    for (const parse of Object.values(parsers)) {
      for (const { data, event } of parse(answer)) {
        expect(() => bodyOf(data)).not.toThrow();
        expect(event).not.toBe('message_stop');
        expect(data).not.toBe('[DONE]');
      }
    }
  });
});

it('our own decoder reads the same events', async () => {
  pair.upstream.script({ text: hostile, reasoning: hostile });
  const response = await pair.server.call('/api/chat/stream', { body: { message: 'Hi' } });
  const events: SequencedEvent[] = createSseDecoder().decode(new Uint8Array(await response.arrayBuffer()));
  const said = (type: string) =>
    events.map(({ event }) => (event.type === type ? Object.values(event).at(-1) : '')).join('');
  expect([said('text-delta'), said('reasoning-delta')]).toEqual([hostile, hostile]);
  expect(events.filter(({ event }) => event.type === 'run-end')).toHaveLength(1);
});

describe('a field that somebody may set', () => {
  // Postgres keeps no NUL: it is refused everywhere, which validation.test.ts shows.
  const texts = hostile.split('|').map((text) => text.replaceAll('\0', ''));

  it.each(['message', 'systemPrompt'])(
    '%s reaches the model as it is, and no frame or header otherwise',
    async (field) => {
      for (const text of [texts.join('|'), ...texts.slice(0, 6)]) {
        const response = await pair.server.call('/api/chat/stream', {
          body: { message: 'Hi', [field]: text },
        });
        expect(response.status).toBe(200);
        await response.text();
        expect(JSON.stringify(pair.upstream.lastReceived.body)).toContain(JSON.stringify(text).slice(1, -1));
      }
    },
  );

  it.each([
    ['the name of a model', (text: string) => ({ message: 'Hi', model: text })],
    ['the name of a fallback', (text: string) => ({ message: 'Hi', fallbackModels: [text] })],
  ])('is refused with its line break as %s', async (_name, make) => {
    for (const text of texts) {
      const response = await pair.server.call('/api/chat/stream', { body: make(text) });
      if (/\s/.test(text)) expect([400, 404], JSON.stringify(text)).toContain(response.status);
      expectNoForgedHeader(response);
      expect(await response.json()).toMatchObject({ status: response.status });
    }
  });

  it('is no header, however it is named: fields that are dropped', async () => {
    for (const text of texts.slice(0, 24)) {
      const response = await pair.server.call('/v1/chat/completions', {
        body: { messages, [`x${text}\r\nX-Forged: 1`]: 1 },
      });
      expect(response.headers.get('x-sluice-dropped') ?? '').toMatch(/^[\x20-\x7e]*$/);
      expectNoForgedHeader(response);
      await response.text();
    }
  });

  it('is no header as a title, whose export is a file with a harmless name', async () => {
    const titles = [
      ...texts,
      '../../etc/passwd',
      '"; filename="evil.exe',
      'a\\..\\b',
      '.htaccess',
      '',
      '-rf',
      '\u202egnp.exe',
    ];
    for (const title of titles) {
      const created = await pair.server.call('/api/conversations', { body: { title } });
      if (created.status === 400) continue;
      const { id } = (await created.json()) as { id: string };
      for (const format of ['json', 'markdown']) {
        const file = await pair.server.call(`/api/conversations/${id}/export?format=${format}`);
        const disposition = file.headers.get('content-disposition') ?? '';
        expect(disposition).toMatch(
          /^attachment; filename="?[^"\\/\r\n]+\.(?:json|md)"?(?:; filename\*=UTF-8''[\w%.~!-]+)?$/,
        );
        expect(disposition).not.toMatch(/\.\.|%2[fF]|%5[cC]|%0|%E2%80%AE/);
        expectNoForgedHeader(file);
        await file.text();
      }
    }
  });

  it('is no header as metadata, an id of a chat or a key', async () => {
    for (const text of texts.slice(0, 24)) {
      const kept = await pair.server.call('/api/chat/stream', {
        body: { message: 'Hi', metadata: { [text.slice(0, 60)]: text } },
      });
      expectNoForgedHeader(kept);
      await kept.text();
      const chat = await pair.server.call('/api/ai-sdk/chat', {
        body: { message: 'Hi', id: randomUUID() + text },
      });
      expectNoForgedHeader(chat);
      await chat.text();
    }
  });
});

function expectNoForgedHeader({ headers }: Response): void {
  expect(headers.has('x-forged')).toBe(false);
  expect(headers.get('set-cookie')).toBeNull();
}
