import { describe, expect, it } from 'vitest';
import { blame } from './blame.ts';
import { type Judged, judgeHop } from './judge-hop.ts';
import {
  makeHop,
  makeMeasurement,
  makeReport,
  makeStream,
  now,
  streamHeaders,
} from './measurement.fixture.ts';
import { CLAIMED_ADDRESS } from './send.ts';

const symptom = (id: string, level: 'fail' | 'note' = 'fail') => ({
  id,
  level,
  does: `does ${id}`,
  fixes: [],
});
const judged = (name: string, changes: Partial<Judged> = {}): Judged => ({
  hop: makeHop({ isServer: name === 'server' }),
  name,
  symptoms: [],
  keepsAccel: false,
  version: '1.2.3',
  ...changes,
});
const told = (...hops: Judged[]) => blame(hops).map(({ level, says }) => `${level}: ${says}`);

describe('blame', () => {
  it('says of each that it is as it should be', () => {
    expect(told(judged('server'), judged('proxy'))).toEqual([
      'ok: server sends streams, WebSockets and bodies of 20 MiB as it should',
      'ok: proxy passes on streams, WebSockets and bodies of 20 MiB as it should',
    ]);
  });

  it('names the first at which a fault shows, and those further out for faults of their own alone', () => {
    const inner = judged('inner', { symptoms: [symptom('buffers')] });
    const outer = judged('outer', { symptoms: [symptom('buffers'), symptom('cuts')] });
    const last = judged('last', { symptoms: [symptom('buffers'), symptom('cuts')] });
    expect(told(judged('server'), inner, outer, last).slice(1)).toEqual([
      'fail: inner does buffers',
      'fail: outer does cuts',
      'note: last adds no fault of its own to those further in',
    ]);
  });

  it('tells of what was not reached once, and praises nobody behind it', () => {
    const down = { symptoms: [symptom('reach')], version: undefined };
    expect(told(judged('server', down), judged('proxy', down))).toEqual([
      'fail: server does reach',
      'note: proxy is not tested: nothing comes through what is further in',
    ]);
    const redirect = judged('proxy', { symptoms: [symptom('reach', 'note')], version: undefined });
    expect(told(redirect)).toEqual(['note: proxy does reach']);
  });

  it('gives a terminal nothing to do, whatever came back', () => {
    const escape = '\u001b]0;pwned\u0007\u001b[2J\u009b1m\u202e';
    const report = makeReport({
      trustProxy: [escape],
      host: escape,
      forwardedProto: escape,
      address: CLAIMED_ADDRESS,
    });
    const headers = { ...streamHeaders, server: escape, 'content-encoding': escape };
    const streams = [
      makeStream({ report, reply: { status: 200, headers, text: '' } }),
      makeStream({ reply: { status: 401, headers: { 'www-authenticate': escape }, text: '' } }),
      makeStream({ reply: { status: 403, headers, text: JSON.stringify({ code: escape }) } }),
      makeStream({ reply: { status: 302, headers: { location: `http://[${escape}` }, text: '' } }),
      makeStream({ reply: { failure: escape } }),
    ];
    for (const stream of streams) {
      const findings = blame([judgeHop(makeHop(), makeMeasurement({ stream }), now)]);
      expect(JSON.stringify(findings)).toContain('?]0;pwned?');
      for (const { says, fixes } of findings) expect([says, ...fixes].join('')).not.toMatch(/[\p{C}]/u);
    }
  });

  it('keeps a note beside the praise', () => {
    expect(told(judged('proxy', { symptoms: [symptom('http2', 'note')] }))).toEqual([
      expect.stringMatching(/^ok: /),
      'note: proxy does http2',
    ]);
  });

  it('names whoever keeps the header that asks a proxy further out not to hold back', () => {
    const keeper = judged('inner', { keepsAccel: true });
    const [, finding] = blame([keeper, judged('outer', { symptoms: [symptom('buffers')] })]);
    expect(finding?.fixes).toEqual([expect.stringContaining('let inner pass on X-Accel-Buffering')]);
  });
});
