import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SluiceError } from '@sluice/shared';
import express from 'express';
import { expect, it, onTestFinished } from 'vitest';
import type { Logger } from '../../observability/logger.ts';
import { createRateLimits } from '../middleware/limit-rate.ts';
import { sendProblem } from '../middleware/send-problem.ts';
import { PROBE_HEADER } from '../probe-report.ts';
import { PublicAddress } from '../public-address.ts';
import { doctorRouter } from './doctor-router.ts';

async function serve() {
  const errors: unknown[] = [];
  const closed = Promise.withResolvers<void>();
  const app = express();
  app.use((_req, res, next) => {
    res.once('close', () => closed.resolve());
    next();
  });
  app.use(
    doctorRouter({
      auth: {
        checkProbe(token) {
          if (token !== 'good') throw new SluiceError('token_invalid');
        },
      },
      rates: createRateLimits(2),
      address: new PublicAddress('http://127.0.0.1'),
      heartbeatMs: 100,
      trustProxy: false,
      version: '1.2.3',
    }),
  );
  app.use(sendProblem({ error: (fields: unknown) => errors.push(fields) } as unknown as Logger));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/doctor/body`;
  return { url, errors, closed: closed.promise };
}

it('takes it for no fault of its own when who sends a body leaves', async () => {
  const { url, errors, closed } = await serve();
  const headers = { [PROBE_HEADER]: 'good', 'content-length': 1000, expect: '100-continue' };
  const upload = request(url, { method: 'POST', headers }).on('error', () => undefined);
  upload.flushHeaders();
  await once(upload, 'continue');
  await new Promise((resolve) => upload.write('half', resolve));
  upload.destroy();
  await closed;
  // What the route makes of it comes a turn later.
  for (let turns = 0; turns < 10; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(errors).toEqual([]);
});

it('counts guesses by address, and no probe', async () => {
  const { url } = await serve();
  const ask = async (token: string) => {
    const { status, headers } = await fetch(url, { method: 'POST', headers: { [PROBE_HEADER]: token } });
    return [status, headers.has('ratelimit')];
  };
  const asked = [];
  for (const token of ['bad', 'good', 'bad', 'bad', 'good']) asked.push(await ask(token));
  expect(asked).toEqual([
    [401, true],
    [200, false],
    [401, true],
    [429, true],
    [200, false],
  ]);
});
