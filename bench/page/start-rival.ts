import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import react from '@vitejs/plugin-react';
import { build } from 'vite';
import { sendPaced } from './send-paced.ts';

export interface Rival extends AsyncDisposable {
  url: string;
  /** What its next stream says. */
  answer: (tokens: readonly string[]) => void;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
};

/** Builds the react-markdown page and serves it, with its stream. */
export async function startRival(perSecond: number): Promise<Rival> {
  const outDir = join(import.meta.dirname, '../.run/rival');
  const root = join(import.meta.dirname, 'rival');
  process.env['NODE_ENV'] = 'production';
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    plugins: [react()],
    build: { outDir, emptyOutDir: true, chunkSizeWarningLimit: 4000 },
  });
  let tokens: readonly string[] = [];
  const server = createServer((req, res) => {
    const { pathname } = new URL(req.url ?? '/', 'http://localhost');
    if (pathname === '/stream') {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      const frames = tokens.map((token) => `data: ${JSON.stringify(token)}\n\n`);
      return sendPaced(res, frames, { perSecond, ending: '' });
    }
    const path = pathname === '/' ? '/index.html' : pathname;
    readFile(join(outDir, path)).then(
      (bytes) =>
        res.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' }).end(bytes),
      () => res.writeHead(404).end(),
    );
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
