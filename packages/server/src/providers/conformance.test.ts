import { inspect } from 'node:util';
import { type ErrorCode, SluiceError, errorEntry } from '@sluice/shared';
import { afterAll, describe, expect, it } from 'vitest';
import { fullCounts } from '../../test/_support/counts.ts';
import { randomOf } from '../../test/_support/fake-upstream-answer.ts';
import {
  type RecordedError,
  type RecordedStream,
  hasRecordedStreams,
  readRecordedErrors,
  readRecordedStreams,
} from '../../test/_support/recorded-streams.ts';
import { type Replay, startReplayUpstream } from '../../test/_support/replay-upstream.ts';
import {
  type Reading,
  apiKey,
  expectationOf,
  openAdapter,
  readingOf,
  uncalledApis,
  usageOf,
} from './conformance.fixture.ts';
import { collect, never, request } from './outcome.fixture.ts';

/** A stream no longer than this is cut at every byte. */
const MAX_BYTES_CUT_EVERYWHERE = fullCounts ? 4096 : 512;
const CUTS = fullCounts ? 200 : 30;

interface Row {
  passed: number;
  all: number;
  /** What is left out, and how often. */
  exceptions: Map<string, number>;
}

/** By provider, in the order of the index. */
const rows = new Map<string, Row>();
const errorRow: Row = { passed: 0, all: 0, exceptions: new Map() };

function rowOf(provider: string): Row {
  const row = rows.get(provider) ?? { passed: 0, all: 0, exceptions: new Map<string, number>() };
  rows.set(provider, row);
  return row;
}

function lineOf(name: string, { passed, all, exceptions }: Row): string {
  const named = [...exceptions].map(([reason, count]) => `   (${count}: ${reason})`);
  return `  ${name.padEnd(20)} ${String(passed).padStart(4)} / ${all}${named.join('')}`;
}

afterAll(() => {
  if (!hasRecordedStreams) return;
  const sum: Row = { passed: 0, all: 0, exceptions: new Map() };
  for (const { passed, all } of rows.values()) {
    sum.passed += passed;
    sum.all += all;
  }
  const lines = [...rows].map(([provider, row]) => lineOf(provider, row));
  const sums = [lineOf('all streams', sum), lineOf('HTTP errors', errorRow)];
  console.log(['Conformance: passed / all', ...lines, ...sums].join('\n'));
});

if (!hasRecordedStreams) {
  const title =
    'Conformance: skipped, for there are no recorded streams beside this repository (../shared/fixtures)';
  console.log(title);
  it.skip(title, () => {});
}

/** A stream through its adapter, over a real socket. */
async function replay(stream: RecordedStream, how: Partial<Replay>[]): Promise<Reading[]> {
  await using upstream = await startReplayUpstream();
  await using provider = await openAdapter(stream, upstream.url);
  const type = stream.file.endsWith('.ndjson') ? 'application/x-ndjson' : 'text/event-stream';
  const dialect = { api: stream.api === 'openai-responses' ? ('responses' as const) : ('chat' as const) };
  const readings: Reading[] = [];
  for (const change of how) {
    upstream.play({ headers: { 'content-type': type }, body: stream.body, ...change });
    readings.push(readingOf(await collect(provider.generate({ ...request, dialect }, never))));
  }
  return readings;
}

function cutsOf({ file, body }: RecordedStream): number[] {
  if (body.length <= MAX_BYTES_CUT_EVERYWHERE) return Array.from({ length: body.length + 1 }, (_, at) => at);
  const random = randomOf(body.length + file.length);
  return Array.from({ length: CUTS }, () => Math.floor(random() * (body.length + 1)));
}

/** @returns what is wrong with what came of the first bytes of a stream */
function faultOf(cut: Reading, at: number, { whole, wholeAfter }: { whole: Reading; wholeAfter: number }) {
  if (!whole.text.startsWith(cut.text) || !whole.reasoning.startsWith(cut.reasoning))
    return 'says other things';
  if (cut.finish !== null) {
    if (at < wholeAfter) return 'is called whole';
    return cut.code === null && cut.finish === (whole.finish ?? cut.finish) ? undefined : 'ends otherwise';
  }
  // A terminal was there, and no error after it.
  if (at >= wholeAfter && whole.code === null) return 'is not called whole';
  const codes: unknown[] = ['upstream_truncated', whole.code, ...(at === 0 ? ['upstream_unreachable'] : [])];
  return codes.includes(cut.code) && cut.code !== null ? undefined : `is ${String(cut.code)}`;
}

describe.runIf(hasRecordedStreams)('recorded streams, through the adapters', () => {
  const streams = hasRecordedStreams ? readRecordedStreams() : [];
  for (const { provider, api } of streams) {
    const row = rowOf(provider);
    row.all += 1;
    const reason = uncalledApis[api];
    if (reason !== undefined) row.exceptions.set(reason, (row.exceptions.get(reason) ?? 0) + 1);
  }

  it.each(streams.filter(({ api }) => uncalledApis[api] === undefined))(
    'gives what $file says, whole, byte by byte, in pieces, and never more than came before a cut',
    async (stream) => {
      const [whole, ...others] = await replay(stream, [
        {},
        { split: 'bytes' },
        { split: 'random', seed: stream.body.length },
      ]);
      if (whole === undefined) throw new Error('nothing was read');
      expect(whole).toMatchObject(expectationOf(stream));
      expectUsage(whole, stream);
      for (const other of others) expect(other).toEqual(whole);

      const cuts = cutsOf(stream);
      const readings = await replay(
        stream,
        // Every other one looks like a body that is at its end.
        cuts.map((at, index) => ({ body: stream.body.subarray(0, at), isCut: index % 2 === 0 })),
      );
      const { wholeAfter } = stream;
      const faults = readings.flatMap((reading, index) => {
        const at = cuts[index] ?? 0;
        const fault = faultOf(reading, at, { whole, wholeAfter });
        return fault === undefined ? [] : [`after ${at} bytes it ${fault}`];
      });
      expect(faults).toEqual([]);
      rowOf(stream.provider).passed += 1;
    },
    120_000,
  );
});

/** What an answer that failed has cost is estimated from what came; of it only the input is known. */
function expectUsage({ usage, microUsd, finish }: Reading, stream: RecordedStream): void {
  const expected = usageOf(stream);
  if (finish === null) {
    if (usage !== null) expect(usage.inputTokens).toBe(expected?.inputTokens);
    return;
  }
  if (expected === null) expect(usage).toBeNull();
  else expect(usage).toEqual({ ...expected, source: 'provider' });
  const cost = stream.expected.usage?.cost;
  if (cost !== undefined && stream.provider === 'openrouter') expect(microUsd).toBe(Math.round(cost * 1e6));
}

const codes: Readonly<Record<string, ErrorCode>> = {
  auth: 'upstream_auth',
  context_length: 'context_length_exceeded',
  quota: 'upstream_quota',
  rate_limit: 'upstream_rate_limited',
  overloaded: 'upstream_overloaded',
  upstream: 'upstream_error',
  model_not_found: 'upstream_invalid',
};
/** APIs of those that do not speak like OpenAI. */
const apis: Readonly<Record<string, string>> = {
  anthropic: 'anthropic-messages',
  gemini: 'gemini',
  vertex: 'gemini',
  ollama: 'ollama-chat',
};
/** Google asks to wait for a quota of a minute as it does for one that is used up; a quota is not tried again. */
const retriedElsewhere = 'Google quotas, said to be worth another try in a minute: ours are not tried again';

/** @returns three words that follow each other in the body: nothing of which may be said on */
function quotesOf(body: string): string[] {
  const words = body.split(/[\s"\\]+/).filter((word) => /\w/.test(word));
  return words.slice(2).map((word, index) => [words[index], words[index + 1], word].join(' '));
}

describe.runIf(hasRecordedStreams)('recorded errors, through the adapters', () => {
  const errors: RecordedError[] = hasRecordedStreams ? readRecordedErrors() : [];
  errorRow.all = errors.length;

  it.each(errors)(
    '$provider: $status $expect.kind',
    async ({ provider, status, headers, body, expect: said }) => {
      await using upstream = await startReplayUpstream();
      await using adapter = await openAdapter(
        { provider, api: apis[provider] ?? 'openai-chat' },
        upstream.url,
      );
      upstream.play({ status, headers, body: Buffer.from(body) });
      const { error, batches } = await collect(adapter.generate(request, never));
      expect(batches).toEqual([]);
      if (!(error instanceof SluiceError)) throw error;
      expect(error.code).toBe(codes[said.kind]);
      expect(error.details.upstreamStatus).toBe(status);
      if (provider === 'gemini' && said.kind === 'quota') errorRow.exceptions.set(retriedElsewhere, 1);
      else expect(errorEntry(error.code).retryable).toBe(said.retryable);
      if (headers['retry-after'] !== undefined) expect(error.details.retryAfterMs).toBeGreaterThan(0);
      const told = [inspect(error, { depth: 9 }), JSON.stringify(error), error.message].join('\n');
      expect(quotesOf(body).filter((quote) => told.includes(quote))).toEqual([]);
      expect(told).not.toMatch(new RegExp(`${apiKey}|canary|sk-|\\*{3}`));
      errorRow.passed += 1;
    },
  );
});
