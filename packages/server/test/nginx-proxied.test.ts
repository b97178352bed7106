import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, get } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFakeCertificate } from './_support/fake-upstream-certificate.ts';
import { directive } from './_support/fake-upstream-script.ts';
import { freePort } from './_support/free-port.ts';
import { openSocket } from './_support/open-socket.ts';
import { repositoryRoot } from './_support/source-files.ts';
import { spawnProcess } from './_support/spawn-process.ts';
import { hasNginx, nginxBinary, startNginx, untilAnswering } from './_support/start-nginx.ts';
import { startServer } from './_support/start-server.ts';
import { useServer } from './_support/use-server.ts';

/** @returns the status of a request from an address of this machine that claims to come from another */
async function statusFor(url: string, localAddress: string, claimed: string): Promise<number | undefined> {
  const request = get(`${url}/api/models`, { localAddress, headers: { 'x-forwarded-for': claimed } });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

/** The nginx that docs/operating.md has people put in front of ours; only its port, its certificate and ours are others. */
async function startDocumented(to: string): Promise<AsyncDisposable & { port: number }> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'sluice-documented-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o777);
  const { cert, key } = createFakeCertificate();
  await writeFile(join(folder, 'fullchain.pem'), cert);
  await writeFile(join(folder, 'privkey.pem'), key);
  const [port, plainPort] = [await freePort(), await freePort()];
  const docs = await readFile(join(repositoryRoot, 'docs/operating.md'), 'utf8');
  const [, snippet = ''] = /```nginx\n(.*?)```/s.exec(docs) ?? [];
  const adapted = snippet
    .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replaceAll('/etc/letsencrypt/live/chat.example.com/', `${folder}/`)
    .replace('http://127.0.0.1:8080', to);
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const paths = kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ');
  const http = `access_log off; ${paths} ${adapted} server { listen 127.0.0.1:${plainPort}; }`;
  const path = join(folder, 'nginx.conf');
  await writeFile(path, `pid ${folder}/pid; error_log ${folder}/error.log; events {} http { ${http} }`);
  const args = ['-c', path, '-p', folder, '-g', 'daemon off;'];
  const nginx = stack.use(spawnProcess(nginxBinary ?? 'nginx', args));
  await untilAnswering(`http://127.0.0.1:${plainPort}`, nginx.output);
  const owned = stack.move();
  return {
    port,
    async [Symbol.asyncDispose]() {
      nginx.child.kill('SIGTERM');
      await nginx.exit();
      await owned.disposeAsync();
    },
  };
}

describe.skipIf(!hasNginx)('behind a proxy and the shipped nginx.conf', () => {
  const host = 'chat.example.com';
  const pair = useServer({ TRUST_PROXY: '2', PUBLIC_URL: `https://${host}` });

  it("limits by the client's own address with TRUST_PROXY=2, whatever it claims", async () => {
    await using server = await startServer({ TRUST_PROXY: '2', RATE_LIMIT_PER_MINUTE: '2' });
    await using nginx = await startNginx(server.url);
    await using inFront = await startNginx(nginx.url);
    const statuses = [];
    for (let i = 0; i < 4; i += 1) statuses.push(await statusFor(inFront.url, '127.0.0.1', `10.0.0.${i}`));
    expect(statuses).toEqual([401, 401, 429, 429]);
    // Who comes from elsewhere has a limit of their own, under somebody else's name too.
    expect(await statusFor(inFront.url, '127.0.0.2', '127.0.0.1')).toBe(401);
  });

  it('streams, takes WebSockets and hears of those who leave, through the proxy that the docs have', async () => {
    await using nginx = await startNginx(pair.server.url);
    await using inFront = await startDocumented(nginx.url);
    const trust = { rejectUnauthorized: false, headers: { host } };
    const address = { url: `https://127.0.0.1:${inFront.port}`, token: pair.server.token };
    using socket = await openSocket(address, { options: { ...trust, origin: `https://${host}` } });
    socket.send({ type: 'chat', id: 'a', message: directive({ text: 'Through both' }) });
    await socket.sees('done', 'a');
    expect(socket.text('a')).toBe('Through both');
    const request = httpsRequest(`${address.url}/api/chat/stream`, {
      method: 'POST',
      rejectUnauthorized: false,
      headers: { host, authorization: `Bearer ${address.token}`, 'content-type': 'application/json' },
    });
    request.on('error', () => undefined);
    request.end(JSON.stringify({ message: directive({ tokens: 500, delayMs: 100 }) }));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.on('error', () => undefined);
    const arrivals: number[] = [];
    for await (const chunk of response.iterator({ destroyOnReturn: false })) {
      if (String(chunk).includes('text-delta') && arrivals.push(performance.now()) === 6) break;
    }
    const gaps = arrivals.slice(1).map((at, index) => at - (arrivals[index] ?? 0));
    // A machine that stalls lets a few come together; a proxy that holds them back, all.
    expect(gaps.filter((ms) => ms > 30).length).toBeGreaterThan(2);
    expect(pair.upstream.stats.active).toBe(1);
    request.destroy();
    await expect.poll(() => pair.upstream.stats.active).toBe(0);
  });
});
