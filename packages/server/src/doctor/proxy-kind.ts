import type { Headers } from './measurement.ts';
import { printable } from './printable.ts';

export type ProxyKind = 'nginx' | 'caddy' | 'traefik' | 'cloudflare' | 'apache';

/** By what they say of themselves; Traefik and HAProxy say nothing. */
const signs: readonly [ProxyKind | undefined, (headers: Headers) => string | undefined][] = [
  ['cloudflare', (headers) => (headers['cf-ray'] === undefined ? undefined : 'Cloudflare')],
  [undefined, (headers) => (headers['x-served-by'] === undefined ? undefined : `${headers['x-served-by']}`)],
  ['nginx', ({ server }) => (server && /nginx|openresty|tengine/i.test(server) ? server : undefined)],
  ['caddy', ({ server, via }) => (/caddy/i.test(`${server} ${via}`) ? 'Caddy' : undefined)],
  ['apache', ({ server }) => (server && /apache/i.test(server) ? server : undefined)],
  ['traefik', ({ server }) => (server && /traefik/i.test(server) ? server : undefined)],
  [undefined, ({ server, via }) => server ?? via],
];

/** @returns what answered with these headers, as far as they tell; Sluice itself sends none of them */
export function recognise(headers: Headers): { kind?: ProxyKind; name?: string } {
  for (const [kind, read] of signs) {
    const name = read(headers);
    if (name !== undefined) return { ...(kind && { kind }), name: printable(name) };
  }
  return {};
}
