import { type RunEvent, foldEvents, followRun, streamRun } from '@sluice/shared';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { startBreakableProxy } from './_support/breakable-proxy.ts';
import { fullCounts, randomFrom } from './_support/counts.ts';
import { prove } from './_support/guarantees/prove.ts';
import { useServer } from './_support/use-server.ts';

const pair = useServer({ MAX_RUNS_PER_USER: '0' });
const tokens = 150;
const text = Array.from({ length: tokens }, (_, index) => ` t${index}`).join('');

describe('a client whose connection is cut again and again', { timeout: 120_000 }, () => {
  it('loses no event and is given none twice', async () => {
    const wanted = fullCounts ? 1000 : 50;
    const random = randomFrom('resume');
    await using proxy = await startBreakableProxy(pair.server.url, () => Math.floor(random() * 4000));
    pair.upstream.script({ tokens, delayMs: 4 });
    const connection = { baseUrl: proxy.url, token: pair.server.token };
    const broken: RunEvent[][] = [];
    let answers = 0;
    const askUntilDone = async () => {
      while (proxy.cuts < wanted) {
        const events: RunEvent[] = await Array.fromAsync(
          streamRun({ ...connection, request: { message: 'Hi' } }),
        );
        const { content, start, end } = foldEvents(events);
        const replay = followRun({ ...connection, runId: start?.runId ?? '', after: 0 });
        const sequenced = await Array.fromAsync(replay);
        const isSame = isDeepStrictEqual(
          sequenced,
          events.map((event, index) => ({ seq: index + 1, event })),
        );
        if (content !== text || end?.reason !== 'complete' || !isSame) broken.push(events);
        answers += 1;
      }
    };
    await Promise.all(Array.from({ length: fullCounts ? 20 : 8 }, askUntilDone));
    prove('resumes', { found: broken.length, cases: proxy.cuts, seed: random.seed });
    // The same key never began a second run.
    expect(pair.upstream.stats.requests).toBe(answers);
  });
});
