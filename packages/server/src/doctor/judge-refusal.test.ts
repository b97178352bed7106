import { describe, expect, it } from 'vitest';
import { judgeHop } from './judge-hop.ts';
import { makeHop, makeMeasurement, makeStream, now } from './measurement.fixture.ts';

const judge = (
  reply: { status: number; headers?: object; text?: string } | { failure: string },
  hop = makeHop(),
) => {
  const full = 'failure' in reply ? reply : { text: '', ...reply, headers: { ...reply.headers } };
  const { report: _, ...stream } = makeStream({ reply: full, frames: [] });
  return judgeHop(hop, makeMeasurement({ stream }), now).symptoms;
};
const server = makeHop({ isServer: true });
const problem = (code: string) => ({ status: 401, text: JSON.stringify({ code }) });

describe('judgeRefusal', () => {
  it.each([
    [
      'a server that is down',
      { failure: 'connect ECONNREFUSED 127.0.0.1:3000' },
      /does not answer: connect ECONNREFUSED/,
      server,
    ],
    ['another secret', problem('token_invalid'), /^has another secret/, server],
    ['another Sluice', problem('token_invalid'), /^leads to a Sluice that has another secret/],
    ['a header that is gone', problem('token_missing'), /X-Sluice-Probe/],
    ['a clock', problem('token_expired'), /clock/],
    ['an older version', { status: 404, text: '{"code":"not_found"}' }, /version/],
    ['a code of later days', problem('news'), /^refuses the probe: news$/],
    [
      'a page to sign in',
      { status: 302, headers: { location: 'https://login.example.org/?a=1' } },
      /leads to https:\/\/login\.example\.org: .* sign-in/,
    ],
    [
      'a page of another',
      { status: 200, headers: { 'content-type': 'text/html' }, text: '<html><title>\nHome ' },
      /text\/html \(a page with the title “Home”\)/,
    ],
    [
      'a password of its own',
      { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } },
      /sign-in of its own: Basic/,
    ],
    ['nothing behind', { status: 502, headers: { server: 'nginx' } }, /^answers 502: it does not reach/],
    [
      'a wall',
      { status: 403, text: '<title>Attention Required! | Cloudflare</title>' },
      /^answers 403 \(a page with the title “Attention/,
    ],
    ['no JSON', { status: 500, text: '{"code":' }, /^answers 500, which Sluice has not said$/],
    ['a JSON of another', { status: 500, text: 'null' }, /^answers 500, /],
    ['an address that is none', { status: 301, headers: { location: 'http://[' } }, /leads to http:\/\/\[: /],
  ])('%s', (...[, reply, does, hop = makeHop()]) => {
    const symptoms = judge(reply, hop);
    expect(symptoms).toMatchObject([{ id: 'reach', level: 'fail', does: expect.stringMatching(does) }]);
  });

  it('only warns of what nobody said could be reached from here', () => {
    expect(judge({ failure: 'ENOTFOUND' }, makeHop({ isNamed: false }))).toMatchObject([{ level: 'warn' }]);
  });

  it('tells a redirect to https where TLS is taken off in front from one to PUBLIC_URL', () => {
    const url = new URL('http://chat.example.com');
    const reply = { status: 301, headers: { location: 'https://chat.example.com/api/doctor/stream' } };
    expect(judge(reply, makeHop({ url, origin: url.origin }))).toMatchObject([
      {
        id: 'scheme',
        level: 'fail',
        fixes: [expect.stringContaining('PUBLIC_URL=https://chat.example.com'), expect.anything()],
      },
    ]);
    expect(judge(reply, makeHop({ url }))).toMatchObject([
      { level: 'note', does: expect.stringContaining('PUBLIC_URL') },
    ]);
  });

  it('takes an nginx that wants https for what it is', () => {
    const url = new URL('http://chat.example.com');
    const text = JSON.stringify({ code: 'invalid_request', detail: 'use https: …' });
    const does = expect.stringContaining('by https alone');
    expect(judge({ status: 400, text }, makeHop({ url }))).toMatchObject([{ level: 'note', does }]);
    expect(judge({ status: 400, text }, makeHop({ url, origin: url.origin }))).toMatchObject([
      {
        level: 'fail',
        id: 'scheme',
        does,
        fixes: [expect.stringContaining('PUBLIC_URL=https://'), expect.anything()],
      },
    ]);
    expect(judge({ status: 400, text })).toMatchObject([{ does: 'refuses the probe: invalid_request' }]);
  });
});
