import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RUN_LINES, appendLines, createCodeInk, noRuns } from './code-ink.ts';
import { type InkPort, createInk } from './ink.ts';
import type { InkLine, InkReply, InkRequest } from './ink-message.ts';

class FakePort implements InkPort {
  readonly sent: InkRequest[] = [];
  isTerminated = false;
  #onMessage: ((event: MessageEvent<InkReply>) => void)[] = [];
  #onError: ((event: Event) => void)[] = [];

  postMessage(request: InkRequest): void {
    this.sent.push(request);
  }

  terminate(): void {
    this.isTerminated = true;
  }

  addEventListener(type: string, listener: (event: never) => void): void {
    if (type === 'message') this.#onMessage.push(listener as (event: Event) => void);
    else this.#onError.push(listener as (event: Event) => void);
  }

  reply(data: InkReply): void {
    for (const listener of this.#onMessage) listener({ data } as MessageEvent<InkReply>);
  }

  break(): void {
    for (const listener of this.#onError) listener({} as Event);
  }
}

const line = (text: string): InkLine => [[text, null]];

describe('the worker for code and formulas', () => {
  let ports: FakePort[];
  const ink = () =>
    createInk(() => {
      const port = new FakePort();
      ports.push(port);
      return port;
    });
  beforeEach(() => {
    ports = [];
    vi.useFakeTimers();
  });
  afterEach(() => vi.useRealTimers());

  it('starts with the first question, and only once', () => {
    const subject = ink();
    expect(ports).toHaveLength(0);
    void subject.setFormula('x', false);
    subject.openCode('python', () => {}).send('a = 1');
    expect(ports).toHaveLength(1);
    expect(ports[0]?.sent.map(({ type }) => type)).toEqual(['formula', 'code']);
  });

  it('answers each with its own', async () => {
    const subject = ink();
    const [first, second] = [subject.setFormula('x', false), subject.setFormula('\\bad', true)];
    ports[0]?.reply({ type: 'formula', id: 2, node: null });
    ports[0]?.reply({ type: 'formula', id: 1, node: 'x' });
    expect(await first).toBe('x');
    expect(await second).toBe(null);
  });

  it('leaves what it was asked as it is when it breaks, and starts again for the next', async () => {
    const subject = ink();
    const lines: unknown[] = [];
    subject.openCode('python', (found) => lines.push(found)).send('a');
    const formula = subject.setFormula('x', false);
    ports[0]?.break();
    expect(await formula).toBe(null);
    expect(ports[0]?.isTerminated).toBe(true);
    ports[0]?.reply({ type: 'lines', id: 1, lines: [line('a')] });
    expect(lines).toEqual([]);
    void subject.setFormula('y', false);
    expect(ports).toHaveLength(2);
  });

  it('is ended when it hangs, and waited for while it loads', async () => {
    const subject = ink();
    const formula = subject.setFormula('x', false);
    vi.advanceTimersByTime(4000);
    expect(ports[0]?.sent.at(-1)).toEqual({ type: 'ping' });
    ports[0]?.reply({ type: 'pong' });
    vi.advanceTimersByTime(7900);
    expect(ports[0]?.isTerminated).toBe(false);
    vi.advanceTimersByTime(200);
    expect(ports[0]?.isTerminated).toBe(true);
    expect(await formula).toBe(null);
  });

  it('is not started for ever', async () => {
    const subject = ink();
    for (let time = 0; time < 6; time += 1) {
      const formula = subject.setFormula('x', false);
      ports.at(-1)?.break();
      expect(await formula).toBe(null);
    }
    expect(ports).toHaveLength(3);
  });

  it('is sent only whole lines of code that grows, gathered, and the last line when it ends', () => {
    const subject = ink();
    const runs: unknown[] = [];
    const code = createCodeInk(subject, 'python', (found, isWhole) =>
      runs.push([found.flat().length, isWhole]),
    );
    const sent = () =>
      ports[0]?.sent.map((request) => (request.type === 'code' ? request.text : request.type));
    code.update('a = 1', true);
    expect(ports).toHaveLength(0);
    code.update('a = 1\nb', true);
    code.update('a = 1\nb = 2\nc', true);
    code.update('a = 1\nb = 2\nc = 3\nd', true);
    expect(sent()).toEqual(['a = 1']);
    vi.advanceTimersByTime(100);
    expect(sent()).toEqual(['a = 1', 'b = 2\nc = 3']);
    code.update('a = 1\nb = 2\nc = 3\nd', false);
    expect(sent()).toEqual(['a = 1', 'b = 2\nc = 3', 'd']);
    ports[0]?.reply({ type: 'lines', id: 1, lines: [line('a = 1')] });
    ports[0]?.reply({ type: 'lines', id: 1, lines: [line('b = 2'), line('c = 3')] });
    ports[0]?.reply({ type: 'lines', id: 1, lines: [line('d')] });
    expect(runs).toEqual([
      [1, false],
      [3, false],
      [4, true],
    ]);
  });

  it('is told when code has become other code', () => {
    const subject = ink();
    const code = createCodeInk(subject, 'python', () => {});
    code.update('a\n', true);
    code.update('b\nc\n', true);
    expect(ports[0]?.sent.map((request) => [request.type, 'text' in request ? request.text : ''])).toEqual([
      ['code', 'a'],
      ['close', ''],
      ['code', 'b\nc'],
    ]);
  });
});

describe('appendLines', () => {
  it('keeps full runs as they are', () => {
    const lines = Array.from({ length: RUN_LINES + 5 }, (_, index) => line(String(index)));
    const before = appendLines(noRuns, lines);
    const after = appendLines(before, [line('more')]);
    expect(after.map((run) => run.length)).toEqual([RUN_LINES, 6]);
    expect(after[0]).toBe(before[0]);
  });
});
