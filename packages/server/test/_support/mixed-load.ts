import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Connection,
  type RunEvent,
  type SequencedEvent,
  createSseDecoder,
  foldEvents,
  followRun,
  stopRun,
  streamRun,
} from '@sluice/shared';
import { codeOf } from './code-of.ts';
import type { Random } from './counts.ts';
import { type FakeScript, directive, tokensOf } from './fake-upstream-script.ts';
import { openSocket } from './open-socket.ts';
import { lastOf, readEvents, textOf } from './start-server.ts';

/** What clients do, well or badly, over and over, at a server whose model is the fake upstream; and what must come of it. */
export class MixedLoad {
  readonly #connection: Connection & { token: string };
  readonly #random: Random;
  /** What did not end as it had to. */
  readonly problems: string[] = [];
  readonly done: Record<string, number> = {};

  constructor(connection: Connection & { token: string }, random: Random) {
    this.#connection = connection;
    this.#random = random;
  }

  /** Each once, one after the other. */
  async runOnce(): Promise<void> {
    for (const name of Object.keys(this.#acts)) await this.#do(name);
  }

  /** So many clients at once, until it is time. @returns how much they have done */
  async run({ clients, untilMs }: { clients: number; untilMs: number }): Promise<number> {
    const names = Object.keys(this.#acts);
    const before = this.#count;
    const one = async () => {
      while (performance.now() < untilMs)
        await this.#do(names[Math.floor(this.#random() * names.length)] ?? '');
    };
    await Promise.all(Array.from({ length: clients }, one));
    return this.#count - before;
  }

  get #count(): number {
    return Object.values(this.done).reduce((sum, count) => sum + count, 0);
  }

  readonly #acts: Record<string, () => Promise<void>> = {
    'reads a whole answer': async () => {
      const script = this.#someTokens();
      const { content, end } = foldEvents(await Array.fromAsync(this.#stream(script)));
      expectSame([end?.reason, content], ['complete', wholeOf(script)]);
    },
    'stops one': async () => {
      const script = { tokens: 2000, delayMs: 20 };
      const { content, end } = foldEvents(await this.#readAndStop(script));
      expectSame(end?.reason, 'stopped');
      expectStart(script, content);
    },
    'stops one that says nothing more': async () => {
      const script: FakeScript = { tokens: 20, hang: 'mid' };
      const { content, end } = foldEvents(await this.#readAndStop(script));
      expectSame(end?.reason, 'stopped');
      expectStart(script, content);
    },
    leaves: async () => {
      const signal = AbortSignal.timeout(Math.floor(1 + this.#random() * 800));
      const left = this.#post(
        '/api/chat/stream',
        { message: directive({ tokens: 2000, delayMs: 20 }) },
        signal,
      );
      await left.then((response) => response.text()).catch(() => undefined);
      expectSame(signal.aborted, true);
    },
    'leaves, and comes back': async () => {
      const script = this.#someTokens();
      const events = await this.#readUntilGone(script, this.#random() * script.tokens);
      const { start } = foldEvents(events);
      const rest = followRun({ ...this.#connection, runId: start?.runId ?? '', after: events.length });
      for await (const { event } of rest) events.push(event);
      const { content, end } = foldEvents(events);
      expectSame([end?.reason, content], ['complete', wholeOf(script)]);
    },
    'asks what fails': async () => {
      const { says, ...fault } = faults[Math.floor(this.#random() * faults.length)] ?? faults[0];
      const script = { tokens: 20, ...fault };
      const response = await this.#post('/api/chat/stream', { message: directive(script) });
      if (!response.ok) return expectUpstreamCode(codeOf(await response.text()));
      const events = await readEvents(response);
      expectSame(lastOf(events, 'run-end')?.reason, 'error');
      expectUpstreamCode(lastOf(events, 'error')?.code);
      if (says === undefined) expectStart(script, textOf(events));
      else expectSame(textOf(events), wholeOf({ tokens: says }));
    },
    'asks twice over a socket': async () => {
      const { baseUrl: url, token } = this.#connection;
      using socket = await openSocket({ url, token });
      const scripts = [this.#someTokens(), this.#someTokens()] as const;
      for (const [id, script] of scripts.entries())
        socket.send({ type: 'chat', id: `c${id}`, message: directive(script) });
      for (const [id, script] of scripts.entries()) {
        expectSame((await socket.sees('done', `c${id}`))['reason'], 'complete');
        expectSame(socket.text(`c${id}`), wholeOf(script));
      }
    },
    'keeps a conversation, and deletes it': async () => {
      const script = this.#someTokens();
      const { id } = (await (await this.#post('/api/conversations', {})).json()) as { id: string };
      await (await this.#post('/api/chat', { conversationId: id, message: directive(script) })).text();
      const path = `/api/conversations/${id}`;
      const { messages } = (await (await this.#call(`${path}/messages`)).json()) as {
        messages: { content: string }[];
      };
      expectSame(messages.at(-1)?.content, wholeOf(script));
      expectSame((await this.#call(path, { method: 'DELETE' })).status, 204);
    },
    'asks twice under one key': async () => {
      const script = this.#someTokens();
      const headers = { 'idempotency-key': crypto.randomUUID() };
      const ask = async () => {
        const body = JSON.stringify({ message: directive(script) });
        const response = await this.#call('/api/chat/stream', { method: 'POST', body, headers });
        return { runId: response.headers.get('x-run-id'), text: textOf(await readEvents(response)) };
      };
      const [first, second] = await Promise.all([ask(), ask()]);
      expectSame([first, first.text], [second, wholeOf(script)]);
    },
    'sends what is no request': async () => {
      const response = await this.#call('/api/chat/stream', { method: 'POST', body: '{"message":' });
      expectSame([response.status, codeOf(await response.text())], [400, 'invalid_request']);
    },
    'stops reading, for a while or for ever': async () => {
      // More than the kernel's buffers hold.
      const script = { tokens: 500_000, tokensPerWrite: 5000 };
      const response = await this.#open(directive({ ...script, delayMs: 10 }));
      response.pause();
      await sleep(this.#random() * 3000);
      if (this.#random() < 0.5) {
        response.destroy();
        return;
      }
      const decoder = createSseDecoder();
      const events: SequencedEvent[] = [];
      for await (const chunk of response) events.push(...decoder.decode(chunk as Buffer));
      expectSame([lastOf(events, 'run-end')?.reason, textOf(events) === wholeOf(script)], ['complete', true]);
    },
  };

  async #do(name: string): Promise<void> {
    try {
      await this.#acts[name]?.();
    } catch (error) {
      this.problems.push(`${name}: ${String(error)}`);
    }
    this.done[name] = (this.done[name] ?? 0) + 1;
  }

  #someTokens() {
    return { tokens: 10 + Math.floor(this.#random() * 40), delayMs: 20 };
  }

  #stream(script: FakeScript, signal?: AbortSignal) {
    return streamRun({
      ...this.#connection,
      request: { message: directive(script) },
      ...(signal && { signal }),
    });
  }

  async #readAndStop(script: FakeScript): Promise<RunEvent[]> {
    const events: RunEvent[] = [];
    let stopping: Promise<unknown> | undefined;
    const afterMs = this.#random() * 800;
    for await (const event of this.#stream(script)) {
      events.push(event);
      if (event.type !== 'run-start') continue;
      stopping = sleep(afterMs).then(() => stopRun(this.#connection, event.runId));
      // Heard below, when the stream has ended.
      stopping.catch(() => undefined);
    }
    await stopping;
    return events;
  }

  async #readUntilGone(script: FakeScript, count: number): Promise<RunEvent[]> {
    const leaving = new AbortController();
    const events: RunEvent[] = [];
    for await (const event of this.#stream(script, leaving.signal)) {
      events.push(event);
      if (events.length > count) break;
    }
    leaving.abort();
    return events;
  }

  #call(path: string, { headers, ...init }: RequestInit = {}): Promise<Response> {
    const { baseUrl, token } = this.#connection;
    const own = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    return fetch(baseUrl + path, { ...init, headers: { ...own, ...(headers as object) } });
  }

  #post(path: string, body: object, signal: AbortSignal | null = null): Promise<Response> {
    return this.#call(path, { method: 'POST', body: JSON.stringify(body), signal });
  }

  async #open(message: string): Promise<IncomingMessage> {
    const { baseUrl, token } = this.#connection;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const request = httpRequest(`${baseUrl}/api/chat/stream`, { method: 'POST', agent: false, headers });
    request.end(JSON.stringify({ message }));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return response.on('error', () => undefined);
  }
}

interface Fault extends FakeScript {
  says?: number;
}

/** `says`: how many tokens came before it, and are kept. What a connection that is reset had on its way may be lost. */
const faults: [Fault, ...Fault[]] = [
  { end: 'reset' },
  { end: 'fin', says: 10 },
  { end: 'truncate', says: 10 },
  { end: 'refuse', says: 0 },
  { error: 'mid-stream', says: 10 },
  { status: 401, says: 0 },
  { status: 500, says: 0 },
  { status: 429, headers: { 'retry-after': '3600' }, says: 0 },
  { says: 0, status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Sorry</h1>' },
];

const wholeOf = (script: FakeScript) => tokensOf(script, '').join('');

function expectSame(found: unknown, wanted: unknown): void {
  const [one, other] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (one !== other) throw new Error(`${one} instead of ${other}`);
}

function expectStart(script: FakeScript, text: string): void {
  if (!wholeOf(script).startsWith(text)) throw new Error(`other text than came: ${JSON.stringify(text)}`);
}

function expectUpstreamCode(code: string | undefined): void {
  if (code?.startsWith('upstream_') !== true) throw new Error(`the code ${code}`);
}
