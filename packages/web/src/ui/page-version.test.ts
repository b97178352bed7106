import { describe, expect, it } from 'vitest';
import { PageVersion } from './page-version.ts';

const HOUR_MS = 60 * 60 * 1000;
const pageOf = (script: string) =>
  `<html><script src="/theme.js"></script><script type="module" crossorigin src="/assets/${script}"></script></html>`;

function createVersion(pages: (string | Error)[]) {
  let nowMs = 0;
  let asked = 0;
  const version = new PageVersion({
    current: '/assets/index-a1.js',
    now: () => nowMs,
    async loadPage() {
      asked++;
      const page = pages.shift() ?? '';
      if (page instanceof Error) throw page;
      return page;
    },
  });
  const checkLater = async (ms: number) => {
    nowMs += ms;
    await version.check();
  };
  return { version, checkLater, count: () => asked };
}

describe('PageVersion', () => {
  it('asks once an hour, and tells of another page', async () => {
    const { version, checkLater, count } = createVersion([pageOf('index-a1.js'), pageOf('index-b2.js')]);
    let told = 0;
    version.subscribe(() => told++);
    await checkLater(1000);
    expect(count()).toBe(0);
    await checkLater(HOUR_MS);
    await checkLater(1000);
    expect([count(), version.isOld(), told]).toEqual([1, false, 0]);
    await checkLater(HOUR_MS);
    await checkLater(HOUR_MS);
    expect([count(), version.isOld(), told]).toEqual([2, true, 1]);
  });

  it('knows nothing from a server that is away or answers with something else', async () => {
    const { version, checkLater } = createVersion([new TypeError('no network'), 'Bad gateway']);
    await checkLater(HOUR_MS);
    await checkLater(HOUR_MS);
    expect(version.isOld()).toBe(false);
  });
});
