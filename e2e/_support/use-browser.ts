import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { type Pair, useServer } from '../../packages/server/test/_support/use-server.ts';
import { account, launchBrowser } from './browser.ts';

export interface Stage extends Pair {
  readonly browser: Browser;
}

/** A browser, and a server with one account beside a fake upstream, for all tests of a `describe`. */
export function useBrowser(
  user: { role: 'user' | 'admin'; name?: string },
  environment?: Parameters<typeof useServer>[0],
): Stage {
  const pair = useServer(environment);
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await launchBrowser();
    await pair.server.rooms.auth.createUser({ ...account, ...user });
  });
  afterAll(() => browser?.close());
  return {
    get upstream() {
      return pair.upstream;
    },
    get server() {
      return pair.server;
    },
    get browser() {
      if (browser === undefined) throw new Error('the browser is started by beforeAll, which has not run');
      return browser;
    },
  };
}
