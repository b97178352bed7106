import type { FormulaNode, InkLine, InkReply, InkRequest } from './ink-message.ts';

/** What the page needs of a Worker. */
export interface InkPort {
  postMessage(request: InkRequest): void;
  terminate(): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<InkReply>) => void): void;
  addEventListener(type: 'error', listener: (event: Event) => void): void;
}

export interface CodeChannel {
  /** @param text whole lines that follow those sent before, without the last line end */
  send: (text: string) => void;
  close: () => void;
}

/** The one worker that colours code and sets formulas. When it fails, what it was asked for stays as it was written. */
export interface Ink {
  /** @param onLines is given the coloured lines, in order; never called again once they fail */
  openCode: (language: string, onLines: (lines: readonly InkLine[]) => void) => CodeChannel;
  /** @returns null when it is no formula, or cannot be set now */
  setFormula: (tex: string, isDisplay: boolean) => Promise<FormulaNode | null>;
}

/** How long a worker may leave a question open, and then a ping, before it is taken to hang in a pattern. */
const PATIENCE_MS = 4000;
/** One that has failed this often is not started again. */
const MAX_STARTS = 3;

type Answer = (reply: InkReply) => void;

export function createInk(start: () => InkPort): Ink {
  const waiting = new Map<number, Answer>();
  const asked = new Map<number, number>();
  let port: InkPort | null = null;
  let starts = 0;
  let lastId = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function fail(): void {
    clearTimeout(timer);
    timer = undefined;
    port?.terminate();
    port = null;
    asked.clear();
    const answers = [...waiting];
    waiting.clear();
    for (const [id, answer] of answers) answer({ type: 'failed', id });
  }

  function receive(reply: InkReply): void {
    clearTimeout(timer);
    timer = undefined;
    if (reply.type !== 'pong') {
      const open = (asked.get(reply.id) ?? 0) - 1;
      if (open > 0 && reply.type === 'lines') asked.set(reply.id, open);
      else asked.delete(reply.id);
      waiting.get(reply.id)?.(reply);
      if (reply.type !== 'lines') waiting.delete(reply.id);
    }
    watch();
  }

  /** Loading may take as long as it takes: a worker that loads still answers a ping. */
  function watch(): void {
    if (timer !== undefined || asked.size === 0) return;
    timer = setTimeout(() => {
      port?.postMessage({ type: 'ping' });
      timer = setTimeout(fail, PATIENCE_MS);
    }, PATIENCE_MS);
  }

  function connect(): InkPort | null {
    if (port !== null || starts >= MAX_STARTS) return port;
    starts += 1;
    try {
      const opened = start();
      opened.addEventListener('message', ({ data }) => port === opened && receive(data));
      opened.addEventListener('error', () => port === opened && fail());
      port = opened;
    } catch {
      port = null;
    }
    return port;
  }

  function ask(request: Extract<InkRequest, { type: 'code' | 'formula' }>): void {
    const target = connect();
    if (target === null) {
      waiting.get(request.id)?.({ type: 'failed', id: request.id });
      waiting.delete(request.id);
      return;
    }
    asked.set(request.id, (asked.get(request.id) ?? 0) + 1);
    target.postMessage(request);
    watch();
  }

  return {
    openCode(language, onLines) {
      const id = (lastId += 1);
      waiting.set(id, (reply) => {
        if (reply.type === 'lines') onLines(reply.lines);
      });
      return {
        send(text) {
          if (waiting.has(id)) ask({ type: 'code', id, language, text });
        },
        close() {
          if (!waiting.delete(id)) return;
          asked.delete(id);
          port?.postMessage({ type: 'close', id });
        },
      };
    },
    setFormula(tex, isDisplay) {
      const id = (lastId += 1);
      return new Promise((resolve) => {
        waiting.set(id, (reply) => resolve(reply.type === 'formula' ? reply.node : null));
        ask({ type: 'formula', id, tex, isDisplay });
      });
    },
  };
}
