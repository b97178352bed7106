import { SluiceError } from '@sluice/shared';
import { expect, it } from 'vitest';
import type { Logger } from './logger.ts';
import { createKeptLogger } from './observability.fixture.ts';

/** @returns the lines that `log` writes */
function linesOf(log: (logger: Logger) => void): string[] {
  const { logger, written } = createKeptLogger('trace');
  log(logger);
  return written;
}

it('keeps what is named as a secret out of lines that hold it by mistake', () => {
  const secret = 'sk-secret';
  const headers = { authorization: secret, 'x-api-key': secret, cookie: secret, accept: 'kept' };
  const [line] = linesOf((logger) =>
    logger.info({ req: { headers }, headers, password: secret, token: secret }),
  );
  expect(line).not.toContain(secret);
  expect(line).toContain('kept');
});

it('tells of an error what it is and where, of its causes too, and of none what came with it', () => {
  const secret = 'sk-secret';
  const api = Object.assign(new Error(`401 Incorrect API key provided: ${secret}\n${secret}`), {
    status: 401,
    headers: { authorization: secret },
    error: { message: secret },
  });
  const parse = new SyntaxError(`Unexpected token, "${secret}" is not valid JSON`, { cause: api });
  const error = new SluiceError('upstream_error', { detail: 'failed to answer' }, { cause: parse });
  const [line = ''] = linesOf((logger) => logger.error({ err: error, body: { apiKey: secret } }));
  expect(line).not.toContain(secret);
  const { err } = JSON.parse(line) as { err: object };
  expect(err).toMatchObject({
    type: 'SluiceError',
    message: 'failed to answer',
    code: 'upstream_error',
    cause: { type: 'SyntaxError', cause: { type: 'Error', stack: expect.stringContaining('at ') } },
  });
});

it('writes one line, whatever a field holds', () => {
  const lines = linesOf((logger) => {
    logger.info({ reason: 'a\r\nb\u2028{"level":60}' }, 'c\nd');
    logger.error({ err: new Error('e\nf') });
    logger.error({ err: 'g\nh' });
  });
  expect(lines.map((line) => [line.split('\n').length, line.endsWith('\n')])).toEqual(
    Array(3).fill([2, true]),
  );
  expect(lines.map((line) => typeof JSON.parse(line))).toEqual(Array(3).fill('object'));
});
