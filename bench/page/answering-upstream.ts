import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { anthropicDialect } from '../../packages/server/test/_support/fake-upstream-dialect.ts';
import { sendPaced } from './send-paced.ts';

export interface AnsweringUpstream extends AsyncDisposable {
  /** Of an API like Anthropic's. */
  url: string;
  /** What the next requests are answered with. */
  answer: (tokens: readonly string[]) => void;
}

/** An upstream that says one text, at a pace. */
export async function startAnsweringUpstream(perSecond: number): Promise<AnsweringUpstream> {
  let tokens: readonly string[] = ['Nothing.'];
  const server = createServer((req, res) => {
    req.resume().on('end', () => {
      if (req.method !== 'POST') return res.writeHead(404).end();
      const dialect = anthropicDialect();
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(dialect.begin('model'));
      const frames = tokens.map((token) => dialect.token(token));
      sendPaced(res, frames, { perSecond, ending: dialect.finish({}, tokens.length) });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer(next) {
      tokens = next;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
