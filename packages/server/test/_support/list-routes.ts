import { createApp } from '../../src/app.ts';
import { PublicAddress } from '../../src/http/public-address.ts';
import { WebSockets } from '../../src/transport/web-sockets.ts';
import type { TestServer } from './start-server.ts';

/** What express keeps of a router; it has no types of its own. */
interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
  handle: { stack?: Layer[] };
}

/** @returns every route that the app really has, as `GET /api/me`: found in express itself, not in the sources */
export function listRoutes({ rooms, url }: TestServer): string[] {
  const address = new PublicAddress(url);
  const sockets = new WebSockets();
  const isReady = () => Promise.resolve(true);
  const app = createApp({ ...rooms, address, pageFolder: '.', isReady, sockets });
  return walk((app.router as unknown as { stack: Layer[] }).stack);
}

function walk(stack: readonly Layer[]): string[] {
  return stack.flatMap(({ route, handle }) =>
    route === undefined
      ? walk(handle.stack ?? [])
      : Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${route.path}`),
  );
}
