import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Environment } from '../../src/config/env.ts';
import { type FakeUpstream, startFakeUpstream } from './fake-upstream.ts';
import { type TestServer, pointAt, startServer } from './start-server.ts';

export interface Pair {
  readonly upstream: FakeUpstream;
  readonly server: TestServer;
}

/** One fake upstream, reset before each test, and one server pointed at it, for all tests of a file or a `describe`. */
export function useServer(environment: Environment | ((upstream: FakeUpstream) => Environment) = {}): Pair {
  let upstream: FakeUpstream | undefined;
  let server: TestServer | undefined;
  beforeAll(async () => {
    upstream = await startFakeUpstream();
    const own = typeof environment === 'function' ? environment(upstream) : environment;
    server = await startServer({ ...pointAt(upstream), ...own });
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await upstream?.[Symbol.asyncDispose]();
  });
  beforeEach(() => upstream?.reset());
  const started = <Part>(part: Part | undefined): Part => {
    if (part === undefined) throw new Error('the server is started by beforeAll, which has not run');
    return part;
  };
  return {
    get upstream() {
      return started(upstream);
    },
    get server() {
      return started(server);
    },
  };
}
