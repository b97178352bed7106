import { describe, expect, it } from 'vitest';
import type { ProbeReport } from '../http/probe-report.ts';
import { judgeHop } from './judge-hop.ts';
import type { Measurement, StreamMeasurement } from './measurement.ts';
import {
  makeFrames,
  makeHop,
  makeMeasurement,
  makeReport,
  makeStream,
  now,
  streamHeaders,
} from './measurement.fixture.ts';
import { CLAIMED_ADDRESS } from './send.ts';

const judge = (measurement: Measurement, hop = makeHop()) => judgeHop(hop, measurement, now);
const ofStream = (changes: Partial<StreamMeasurement>) =>
  judge(makeMeasurement({ stream: makeStream(changes) })).symptoms;
const ofReport = (changes: Partial<ProbeReport>, hop = makeHop()) =>
  judge(makeMeasurement({ stream: makeStream({ report: makeReport(changes) }) }), hop).symptoms;
const ids = (symptoms: readonly { id: string }[]) => symptoms.map(({ id }) => id);

describe('judgeHop', () => {
  it('finds nothing where all is as it should be, and names the proxy', () => {
    const { symptoms, name, version } = judge(makeMeasurement());
    expect([symptoms, name, version]).toEqual([
      [],
      'the proxy at https://chat.example.com (nginx/1.30.1)',
      '1.2.3',
    ]);
  });

  it('takes no long way, and no hiccup of a busy machine, for holding back', () => {
    expect(ofStream({ frames: makeFrames(() => 4000) })).toEqual([]);
    expect(ofStream({ frames: makeFrames((sentMs) => (sentMs < 400 ? 700 : 20)) })).toEqual([]);
  });

  it('sees what is held until its end, until the heartbeat, or until there is enough of it', () => {
    const untilEnd = ofStream({ frames: makeFrames((sentMs) => 11_500 - sentMs) });
    expect(untilEnd).toMatchObject([
      { id: 'buffers', level: 'fail', does: expect.stringContaining('11 of 12 frames came up to 11.5 s') },
    ]);
    expect(ids(ofStream({ frames: makeFrames((sentMs) => (sentMs < 2000 ? 11_000 - sentMs : 20)) }))).toEqual(
      ['buffers'],
    );
    expect(ids(ofStream({ frames: makeFrames((sentMs) => (sentMs < 900 ? 900 - sentMs : 20)) }))).toEqual([
      'buffers',
    ]);
  });

  it('says after what silence a stream is cut, and what HEARTBEAT_MS would help', () => {
    const frames = makeFrames(() => 30).slice(0, -1);
    const [cut] = ofStream({ frames, heartbeats: 0, lastByteMs: 1030, endedMs: 6030 });
    expect(cut).toMatchObject({
      id: 'cuts',
      does: expect.stringMatching(/nothing for 5\.0 s; .* \(10\.0 s\)/),
    });
    expect(cut?.fixes.at(-1)).toContain('HEARTBEAT_MS to 2000');
    const [atOnce] = ofStream({ frames: frames.slice(0, 4), lastByteMs: 330, endedMs: 330 });
    expect(atOnce).toMatchObject({ id: 'cuts', does: 'cuts the stream after 0.3 s' });
    expect(atOnce?.fixes).toHaveLength(1);
  });

  it('says that nothing came, where all was held until it was cut', () => {
    const { report: _, ...rest } = makeStream({ frames: [], heartbeats: 0, lastByteMs: 0, endedMs: 5000 });
    expect(ids(judge(makeMeasurement({ stream: rest })).symptoms)).toEqual(['buffers', 'cuts']);
  });

  it.each([
    ['compresses', { 'content-encoding': 'br' }],
    ['answer-headers', { 'cache-control': 'no-cache' }],
    ['answer-headers', { 'x-request-id': undefined }],
  ])('%s: by what came back', (id, headers) => {
    const reply = { status: 200, headers: { ...streamHeaders, ...headers }, text: '' };
    expect(ids(ofStream({ reply }))).toEqual([id]);
  });

  it('does not take an nginx that keeps X-Accel-Buffering for a fault', () => {
    const reply = { status: 200, headers: { ...streamHeaders, 'x-accel-buffering': undefined }, text: '' };
    expect(judge(makeMeasurement({ stream: makeStream({ reply }) }))).toMatchObject({
      symptoms: [],
      keepsAccel: true,
    });
  });

  it('sees a stream that was rewritten, and says no more of it', () => {
    expect(ids(ofStream({ isAltered: true, frames: [] }))).toEqual(['rewrites']);
  });

  it('compares clocks, but for the time that an answer was under way', () => {
    const at = (time: number) =>
      ids(ofStream({ report: makeReport({ now: time }), answeredAt: now + 12_000 }));
    expect([at(now), at(now + 12_000), at(now + 21_000)]).toEqual([[], [], []]);
    expect([at(now - 11_000), at(now + 23_000)]).toEqual([['clock'], ['clock']]);
    const date = new Date(now - 3_600_000).toUTCString();
    const reply = { status: 200, headers: { ...streamHeaders, date }, text: '' };
    expect(ofStream({ reply })).toMatchObject([{ id: 'clock', does: expect.stringContaining('3600 s') }]);
  });
});

describe('judgeHop, of how a request arrives', () => {
  it('tells each header that is gone or changed, and what comes of it', () => {
    const { authorization: _, ...headers } = makeReport().headers;
    const symptoms = ofReport({ headers: { ...headers, cookie: 'x=1' } });
    expect(ids(symptoms)).toEqual(['header authorization', 'header cookie']);
    expect(symptoms[0]?.does).toContain('takes away');
    expect(symptoms[1]?.does).toContain('changes');
  });

  it('minds another Host only where Sluice does not answer to it', () => {
    expect(ofReport({ host: 'localhost:3000' })).toEqual([]);
    expect(ids(ofReport({ host: 'server:3000', isOwnHost: false }))).toEqual(['host']);
    const same = ofReport({ isOwnHost: false });
    expect(same).toMatchObject([
      { id: 'host', does: expect.stringContaining('its PUBLIC_URL is not the one') },
    ]);
    const typed = makeHop({ host: 'other.example.com' });
    expect(ofReport({ host: 'other.example.com', isOwnHost: false }, typed)).toEqual([]);
  });

  it('compares the scheme with what the outermost was told, or was reached by', () => {
    expect(ids(ofReport({ forwardedProto: 'http' }))).toEqual(['scheme']);
    expect(ofReport({ forwardedProto: 'https, http' })).toEqual([]);
    expect(ofReport({ forwardedProto: undefined })).toEqual([]);
    const inner = makeHop({ url: new URL('http://10.0.0.2:8080'), isLast: false, forwardedProto: 'https' });
    expect(ofReport({ forwardedProto: 'https' }, inner)).toEqual([]);
    expect(ids(ofReport({ forwardedProto: 'http' }, inner))).toEqual(['scheme']);
  });

  it.each([
    ['an address that is believed', { address: CLAIMED_ADDRESS, forwardedFor: [CLAIMED_ADDRESS] }, 'fail'],
    ['one too many trusted', { address: CLAIMED_ADDRESS, trustProxy: 2 }, 'fail'],
    ['one too few trusted', { forwardedFor: ['198.51.100.7', '10.0.0.2'] }, 'warn'],
    ['none trusted', { trustProxy: false as const }, 'warn'],
    ['zero trusted', { trustProxy: 0 }, 'warn'],
  ])('%s', (_title, report, level) => {
    expect(ofReport(report)).toMatchObject([{ id: 'trust', level }]);
  });

  it('says nothing of addresses where that of this machine is one to be trusted, nor of a proxy further in', () => {
    const listed = {
      address: CLAIMED_ADDRESS,
      forwardedFor: [CLAIMED_ADDRESS, '127.0.0.1'],
      trustProxy: ['127.0.0.0/8'],
    };
    expect(ofReport(listed)).toEqual([]);
    expect(ids(ofReport({ ...listed, forwardedFor: [CLAIMED_ADDRESS] }))).toEqual(['trust']);
    const inner = makeHop({ isLast: false, forwardedProto: 'https' });
    expect(ofReport({ address: CLAIMED_ADDRESS, trustProxy: 2 }, inner)).toEqual([]);
  });

  it('tells trust in proxies where there is none in front', () => {
    const report = makeReport({
      peerPort: 50_000,
      forwardedFor: [CLAIMED_ADDRESS],
      forwardedProto: undefined,
    });
    const reply = { status: 200, headers: { ...streamHeaders, server: undefined }, text: '' };
    const direct = judge(makeMeasurement({ stream: makeStream({ report, reply }) }));
    expect(direct).toMatchObject({
      name: expect.stringContaining('which is the server itself'),
      symptoms: [{ id: 'trust', level: 'warn' }],
    });
  });
});

describe('judgeHop, of what comes before the stream', () => {
  const answer = (status: number) => ({ status, headers: {}, text: '' });

  it.each([
    ['upgrade', { socket: answer(426) }],
    ['upgrade', { socket: answer(200) }],
    ['upgrade', { socket: { failure: 'socket hang up' } }],
    ['origin', { socket: { ...answer(403), text: '{"code":"origin_not_allowed"}' } }],
    ['upgrade', { socket: answer(403) }],
    ['body', { body: answer(413) }],
    ['body', { body: { failure: 'write EPIPE' } }],
    ['certificate', { certificate: { problem: 'CERT_HAS_EXPIRED', expiresAt: now - 1, hasHttp2: true } }],
    ['certificate', { certificate: { expiresAt: now + 3 * 86_400_000, hasHttp2: true } }],
    ['http2', { certificate: { expiresAt: now + 30 * 86_400_000, hasHttp2: false } }],
  ])('%s', (id, changes: Partial<Measurement>) => {
    expect(ids(judge(makeMeasurement(changes)).symptoms)).toEqual([id]);
  });

  it('minds no certificate that browsers do not see, and no socket that was refused for being one too many', () => {
    const certificate = { problem: 'DEPTH_ZERO_SELF_SIGNED_CERT', expiresAt: now, hasHttp2: false };
    const inner = makeHop({ isLast: false, forwardedProto: 'https' });
    expect(judge(makeMeasurement({ certificate, socket: answer(429) }), inner).symptoms).toEqual([]);
    expect(judge(makeMeasurement({ socket: answer(421) })).symptoms).toEqual([]);
  });
});
