import type { ProxyKind } from './proxy-kind.ts';

type Fix = Partial<Record<ProxyKind, string>>;

/** What to write in the configuration of each kind of proxy. */
const fixes = {
  buffers: {
    nginx: 'proxy_buffering off; where it passes Sluice on, and no proxy_ignore_headers X-Accel-Buffering',
    caddy: 'flush_interval -1 in reverse_proxy',
    traefik: 'no buffering middleware on this router; responseForwarding.flushInterval: 1ms of its service',
    cloudflare: 'nothing that reads whole responses (Workers, Snippets) on /api/* and /v1/*',
    apache: 'ProxyPass … flushpackets=on',
  },
  compresses: {
    nginx: 'gzip off; where it passes Sluice on, or no text/event-stream in gzip_types and brotli_types',
    caddy: 'keep `encode` away from /api/* and /v1/*',
    traefik: 'excludedContentTypes: [text/event-stream] in its compress middleware',
    cloudflare: 'a Compression Rule that turns compression off for /api/* and /v1/*',
    apache: 'SetEnvIf Request_URI ^/(api|v1)/ no-gzip',
  },
  cuts: {
    nginx: 'proxy_read_timeout 1900s; where it passes Sluice on',
    caddy: 'no read_timeout in the transport of reverse_proxy, no write timeout of the server',
    traefik: 'respondingTimeouts of the entry point: readTimeout and writeTimeout 0',
    cloudflare: 'it waits 100 seconds for a sign of life: keep HEARTBEAT_MS below',
    apache: 'ProxyTimeout 1900',
  },
  upgrade: {
    nginx:
      'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";',
    caddy: 'reverse_proxy does it by itself: no header_up that takes Upgrade or Connection away',
    traefik: 'it does it by itself: no middleware that takes Upgrade or Connection away',
    cloudflare: 'Network → WebSockets → On',
    apache: 'ProxyPass … upgrade=websocket',
  },
  headers: {
    nginx: 'no proxy_set_header with an empty value for it; for a name with _, underscores_in_headers on;',
    caddy: 'no header_up that takes it away',
    traefik: 'no customRequestHeaders or customResponseHeaders with an empty value for it',
    cloudflare: 'no Transform Rule that takes it away',
    apache: 'no RequestHeader unset or Header unset of it',
  },
  answerHeaders: {
    nginx: 'no proxy_hide_header of it, and no `expires` or add_header in its place',
    caddy: 'no header_down or `header` that takes it away',
    traefik: 'no customResponseHeaders with an empty value for it',
    cloudflare: 'no Transform Rule or Cache Rule on /api/* and /v1/*',
    apache: 'no Header unset of it',
  },
  host: {
    nginx: 'proxy_set_header Host $http_host;',
    caddy: 'no header_up Host',
    traefik: 'passHostHeader: true',
    cloudflare: 'no Origin Rule that overrides the Host header',
    apache: 'ProxyPreserveHost On',
  },
  scheme: {
    nginx: 'proxy_set_header X-Forwarded-Proto $scheme; behind another proxy $http_x_forwarded_proto instead',
    caddy: 'behind another proxy: trusted_proxies with its address',
    traefik: 'behind another proxy: forwardedHeaders.trustedIPs with its address',
    cloudflare: 'SSL/TLS → Full (strict), instead of Flexible',
    apache: 'RequestHeader set X-Forwarded-Proto https',
  },
  address: {
    nginx: 'proxy_set_header X-Forwarded-For $remote_addr; in the outermost proxy',
    caddy: 'no trusted_proxies that holds people’s addresses',
    traefik: 'no forwardedHeaders.insecure, in trustedIPs only other proxies',
    cloudflare: 'let nobody past it: only its addresses may reach the proxy behind it',
    apache: 'RequestHeader unset X-Forwarded-For early',
  },
  body: {
    nginx: 'client_max_body_size 21m;',
    caddy: 'request_body max_size 21MB or more',
    traefik: 'maxRequestBodyBytes of 22020096 or more in its buffering middleware',
    apache: 'LimitRequestBody 22020096',
  },
} as const satisfies Record<string, Fix>;

const names: Record<ProxyKind, string> = {
  nginx: 'nginx',
  caddy: 'Caddy',
  traefik: 'Traefik',
  cloudflare: 'Cloudflare',
  apache: 'Apache',
};

/** @returns the line for a kind that is known; else one for each kind there is */
export function fixesFor(what: keyof typeof fixes, kind: ProxyKind | undefined): string[] {
  const fix: Fix = fixes[what];
  const known = kind && fix[kind];
  const lines = Object.entries(fix).map(([name, line]) => `${names[name as ProxyKind]}: ${line}`);
  return known === undefined ? lines : [`${names[kind as ProxyKind]}: ${known}`];
}
