import { once } from 'node:events';
import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PacedUpstream extends AsyncDisposable {
  /** Of its chat completions route. */
  url: string;
  /** From now on each request is answered with so many tokens, at so many a second; 0 sends them at once. */
  pace(options: { tokens: number; perSecond: number }): void;
  /** Paced tokens sent so far, to anybody. */
  readonly sent: number;
}

const frame = (delta: object, finishReason: string | null) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finishReason }] })}\n\n`;
const ending = `${frame({}, 'stop')}data: [DONE]\n\n`;

/** An OpenAI-compatible upstream that costs as little as it can: all streams beat on shared timers. */
export async function startPacedUpstream(): Promise<PacedUpstream> {
  let pace = { tokens: 10, perSecond: 0 };
  const count = { sent: 0 };
  const server = createServer((req, res) => {
    req.resume().on('end', () => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      const { tokens, perSecond } = pace;
      if (perSecond === 0) res.end(frame({ content: ' word' }, null).repeat(tokens) + ending);
      else beat(res, { tokens, intervalMs: 1000 / perSecond, count });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1/chat/completions`,
    get sent() {
      return count.sent;
    },
    pace(options) {
      pace = options;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

interface Beat {
  tokens: number;
  intervalMs: number;
  count: { sent: number };
}

function beat(res: ServerResponse, { tokens, intervalMs, count }: Beat): void {
  let sent = 0;
  const timer = setInterval(() => {
    sent += 1;
    count.sent += 1;
    if (sent <= tokens) res.write(frame({ content: ` word${sent}` }, null));
    else {
      clearInterval(timer);
      res.end(ending);
    }
  }, intervalMs);
  res.on('close', () => clearInterval(timer));
}
