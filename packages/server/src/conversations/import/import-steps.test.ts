import { describe, expect, it } from 'vitest';
import { hashImage } from '../../storage/image-store.ts';
import type { MessageRecord } from '../../storage/message-store.ts';
import { textOf } from '../../storage/message-content.ts';
import { type ImportStep, readImport } from './import-steps.ts';

const owner = { userId: 'u', now: 2_000_000_000_000 };
const read = (file: unknown): ImportStep[] => [
  ...readImport(Buffer.from(typeof file === 'string' ? file : JSON.stringify(file)), owner),
];
const messagesIn = (steps: readonly ImportStep[]): MessageRecord[] =>
  steps.flatMap((step) => (step.type === 'messages' ? step.messages.map(({ message }) => message) : []));
const conversationsIn = (steps: readonly ImportStep[]) =>
  steps.flatMap((step) => (step.type === 'conversation' ? [step.conversation] : []));
/** As `content < content of the parent`. */
const tree = (messages: readonly MessageRecord[]) => {
  const texts = new Map(messages.map(({ id, content }) => [id, textOf(content)]));
  return messages.map(({ content, parentId }) => `${textOf(content)} < ${texts.get(parentId ?? '') ?? '-'}`);
};

const node = (
  [role, text]: readonly [role: string, text: string],
  parent: string | null,
  more: object = {},
) => ({
  parent,
  message: {
    author: { role },
    content: { content_type: 'text', parts: [text] },
    create_time: 1_700_000_000.5,
    ...more,
  },
});

describe('a file of ChatGPT', () => {
  const conversation = {
    title: 'Trains',
    create_time: 1_700_000_000.25,
    update_time: 1_700_000_100,
    current_node: 'tail',
    mapping: {
      root: { message: null, parent: null },
      hidden: node(['system', ''], 'root'),
      q: node(['user', 'Which train?'], 'hidden'),
      a: node(['assistant', 'The 8:15.'], 'q', { metadata: { model_slug: 'gpt-5' } }),
      tail: node(['user', 'Thanks'], 'tool-answer'),
      'tool-call': node(['assistant', 'search("train")'], 'q', {
        content: { content_type: 'code', text: 'x' },
      }),
      tool: node(['tool', 'results'], 'tool-call'),
      'tool-answer': node(['assistant', 'The 9:15.'], 'tool'),
      later: node(['assistant', 'Also the 10:15.'], 'tool-answer-2'),
      'tool-answer-2': node(['tool', 'more results'], 'a'),
    },
  };

  it('becomes the tree of what is seen, the open branch last', () => {
    const steps = read([conversation]);
    expect(steps[0]).toEqual({ type: 'format', format: 'chatgpt' });
    const messages = messagesIn(steps);
    expect(tree(messages)).toEqual([
      'Which train? < -',
      'The 8:15.\n\nAlso the 10:15. < Which train?',
      'The 9:15. < Which train?',
      'Thanks < The 9:15.',
    ]);
    expect(messages[1]).toMatchObject({
      role: 'assistant',
      model: 'gpt-5',
      endReason: 'complete',
      createdAt: 1_700_000_000_500,
    });
    expect(conversationsIn(steps)).toEqual([
      expect.objectContaining({
        title: 'Trains',
        createdAt: 1_700_000_000_250,
        updatedAt: 1_700_000_100_000,
        userId: 'u',
      }),
    ]);
  });

  it('is read past the entries that are broken, each named', () => {
    const steps = read(['nonsense', { title: 7, mapping: {} }, conversation, conversation]);
    expect(conversationsIn(steps)).toHaveLength(2);
    expect(steps.filter(({ type }) => type === 'skipped')).toEqual([
      { type: 'skipped', index: 0, reason: 'entry: Invalid input: expected object, received string' },
      { type: 'skipped', index: 1, reason: 'title: Invalid input: expected string, received number' },
    ]);
  });
});

describe('a file made to take long', () => {
  const count = 40_000;

  it('is read in one pass: answers that go on and on', () => {
    const answer = { sender: 'assistant', text: 'word '.repeat(80) };
    const chat_messages = Array.from({ length: count }, (_, index) => ({ uuid: `m${index}`, ...answer }));
    const [message, ...others] = messagesIn(read([{ name: 'x', chat_messages }]));
    expect(others).toEqual([]);
    expect(message?.content).toHaveLength(count * 402 - 2);
  });

  it('is read in one pass: many below as many that nobody sees', () => {
    const nodes: [string, object][] = [['top', node(['user', 'Top'], null)]];
    for (let index = 0; index < count; index += 1) {
      nodes.push([`h${index}`, { message: null, parent: index === 0 ? 'top' : `h${index - 1}` }]);
      nodes.push([`u${index}`, node(['user', 'x'], `h${count - 1}`)]);
    }
    const messages = messagesIn(read([{ title: 'x', mapping: Object.fromEntries(nodes) }]));
    const [top, ...below] = messages;
    expect(below).toHaveLength(count);
    expect(new Set(below.map(({ parentId }) => parentId))).toEqual(new Set([top?.id]));
  });
});

describe('a file of Claude', () => {
  it('becomes a line of messages, with thoughts, attachments and no tools', () => {
    const steps = read([
      {
        name: '',
        created_at: '2025-03-01T10:00:00Z',
        chat_messages: [
          {
            uuid: '1',
            sender: 'human',
            text: 'Read this',
            attachments: [{ file_name: 'a.txt', extracted_content: 'Body' }],
          },
          {
            uuid: '2',
            sender: 'assistant',
            text: 'whole',
            content: [
              { type: 'thinking', thinking: 'Hm.' },
              { type: 'tool_use', name: 'x', input: {} },
              { type: 'text', text: 'Done.' },
            ],
            created_at: '2025-03-01T10:00:05Z',
          },
        ],
      },
    ]);
    expect(steps[0]).toEqual({ type: 'format', format: 'claude' });
    expect(tree(messagesIn(steps))).toEqual([
      'Read this\n\na.txt:\n\nBody < -',
      'Done. < Read this\n\na.txt:\n\nBody',
    ]);
    expect(messagesIn(steps)[1]).toMatchObject({
      reasoning: 'Hm.',
      createdAt: Date.parse('2025-03-01T10:00:05Z'),
    });
    expect(conversationsIn(steps)[0]).toMatchObject({
      title: 'Read this a.txt: Body',
      createdAt: Date.parse('2025-03-01T10:00:00Z'),
    });
  });

  it('keeps the branches of one that has them', () => {
    const say = (uuid: string, parent: string, sender: string) => ({
      uuid,
      sender,
      text: uuid,
      parent_message_uuid: parent,
    });
    const steps = read([
      {
        name: 'x',
        chat_messages: [say('q', 'none', 'human'), say('a', 'q', 'assistant'), say('b', 'q', 'assistant')],
      },
    ]);
    expect(tree(messagesIn(steps))).toEqual(['q < -', 'a < q', 'b < q']);
  });
});

describe('our own file', () => {
  const at = '2026-01-01T00:00:00.000Z';
  const data = Buffer.from('picture').toString('base64');
  const sha256 = hashImage(data);
  const conversation = { id: 'c', title: 'T', pinned: true, archived: false, createdAt: at, updatedAt: at };
  const file = (messages: object[], images: object = {}) => ({
    format: 'sluice-conversation',
    version: 1,
    conversation,
    messages,
    images,
  });
  const message = (id: string, parentId: string | null, more: object = {}) => ({
    id,
    parentId,
    role: 'user',
    content: id,
    createdAt: at,
    ...more,
  });

  it('comes back with new ids, its tree, what was cut, and its pictures', () => {
    const picture = [{ type: 'image', mediaType: 'image/png', sha256 }];
    const missing = [
      { type: 'text', text: 'see' },
      { type: 'image', mediaType: 'image/png', sha256: 'gone' },
    ];
    const steps = read(
      file(
        [
          message('q', null, { content: picture }),
          message('a', 'q', { role: 'assistant', reason: 'stopped', model: 'm', runId: 'r' }),
          message('more', 'a', { role: 'assistant', reason: null, continuesId: 'a' }),
          message('q2', null, { content: missing }),
        ],
        { [sha256]: { mediaType: 'image/png', data }, other: { mediaType: 'image/png', data } },
      ),
    );
    const [q, a, more, q2] = messagesIn(steps);
    expect(steps.filter(({ type }) => type === 'image')).toEqual([
      { type: 'image', image: { hash: sha256, mediaType: 'image/png', data } },
    ]);
    expect(q).toMatchObject({ content: picture, parentId: null });
    expect(q?.id).not.toBe('q');
    expect(a).toMatchObject({ parentId: q?.id, endReason: 'stopped', runId: null });
    expect(more).toMatchObject({ parentId: a?.id, continuesId: a?.id, endReason: 'interrupted' });
    expect(q2?.content).toEqual([{ type: 'text', text: 'see' }]);
    expect(conversationsIn(steps)[0]).toMatchObject({ title: 'T', isPinned: true });
  });

  it('has parents before children whatever its order, and no message that is its own ancestor', () => {
    const steps = read(
      file([
        message('c', 'b'),
        message('b', 'a'),
        message('x', 'y'),
        message('y', 'x'),
        message('a', 'lost'),
        message('b2', 'a'),
      ]),
    );
    expect(tree(messagesIn(steps))).toEqual(['a < -', 'b < a', 'c < b', 'b2 < a']);
  });

  it('is cut into small steps, and an endless one refused', () => {
    const long = 'word '.repeat(5000);
    const steps = read(
      file(Array.from({ length: 10 }, (_, index) => message(`m${index}`, null, { content: long }))),
    );
    expect(steps.filter(({ type }) => type === 'messages')).toHaveLength(10);
    const short = Array.from({ length: 1000 }, (_, index) => message(`s${index}`, null, { content: '' }));
    const sizes = read(file(short)).map((step) => (step.type === 'messages' ? step.messages.length : 0));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
    const endless = Array.from({ length: 50_001 }, (_, index) => message(String(index), null));
    expect(read(file(endless)).at(-1)).toMatchObject({
      type: 'skipped',
      reason: expect.stringContaining('50000'),
    });
  });

  it('is dated no later than now', () => {
    const late = { ...conversation, createdAt: 'never', updatedAt: '2999-01-01T00:00:00Z' };
    const steps = read({ ...file([message('q', null)]), conversation: late });
    expect(conversationsIn(steps)[0]).toMatchObject({ createdAt: owner.now, updatedAt: owner.now });
    const end = { createdAt: '9999-12-31T00:00:00Z', updatedAt: '9999-12-31T00:00:00Z' };
    const endless = read({
      ...file([message('q', null, { createdAt: end.createdAt })]),
      conversation: { ...conversation, ...end },
    });
    expect(conversationsIn(endless)[0]).toMatchObject({ createdAt: owner.now, updatedAt: owner.now });
    expect(messagesIn(endless)[0]).toMatchObject({ createdAt: owner.now });
  });

  it('is dated no earlier than 1970, whatever number stands for a time', () => {
    const early = { ...conversation, createdAt: '0001-01-01T00:00:00Z', updatedAt: '1969-12-31T00:00:00Z' };
    const steps = read({ ...file([message('q', null)]), conversation: early });
    expect(conversationsIn(steps)[0]).toMatchObject({ createdAt: 0, updatedAt: 0 });
    for (const create_time of [-1e300, 1e300, 2 ** 53, -5, 0.0001]) {
      const mapping = { q: node(['user', 'x'], null, { create_time }) };
      const [found] = messagesIn(read([{ title: 'x', create_time, update_time: create_time, mapping }]));
      expect(found?.createdAt, String(create_time)).toSatisfy(
        (time: number) => time >= 0 && time <= owner.now,
      );
    }
  });
});

describe('another file', () => {
  it('is refused: no UTF-8', () => {
    const steps = [...readImport(Uint8Array.of(0x22, 0xff, 0x22), owner)];
    expect(steps).toEqual([{ type: 'refused', detail: 'body: must be JSON in UTF-8' }]);
  });

  it.each([
    ['not JSON', '{'],
    ['nothing', '[]'],
    ['a number', '7'],
    ['another kind', '{"a":1}'],
  ])('is refused: %s', (_name, text) => {
    expect(read(text)).toEqual([{ type: 'refused', detail: expect.stringContaining('body: must be') }]);
  });
});
