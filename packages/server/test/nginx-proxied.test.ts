import { once } from 'node:events';
import { type IncomingMessage, get } from 'node:http';
import { describe, expect, it } from 'vitest';
import { hasNginx, startNginx } from './_support/start-nginx.ts';
import { startServer } from './_support/start-server.ts';

/** @returns the status of a request from an address of this machine that claims to come from another */
async function statusFor(url: string, localAddress: string, claimed: string): Promise<number | undefined> {
  const request = get(`${url}/api/models`, { localAddress, headers: { 'x-forwarded-for': claimed } });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

describe.skipIf(!hasNginx)('behind a proxy and the shipped nginx.conf', () => {
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
});
