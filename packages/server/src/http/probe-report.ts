/** What lets a probe in. `Authorization` is among what is probed: a proxy may keep it to itself. */
export const PROBE_HEADER = 'x-sluice-probe';

/** Request headers that Sluice goes by, with what a probe sends in them. */
export const probedHeaders = {
  accept: 'text/event-stream',
  authorization: 'Bearer sluice-doctor',
  cookie: 'sluice-doctor=1',
  'content-type': 'application/json',
  'idempotency-key': 'sluice-doctor',
  'last-event-id': '7',
  'x-api-key': 'sluice-doctor',
} as const;

/** In each frame, so that one that was rewritten is seen. */
export const PROBE_TEXT = 'Grüße & <b>漢字</b> 👋';

/** How the server saw a probe arrive. */
export interface ProbeReport {
  version: string;
  /** Epoch ms. */
  now: number;
  heartbeatMs: number;
  /** As proxies in front say it, or as they left it. */
  host: string | undefined;
  /** Whether people who come under this name are answered. */
  isOwnHost: boolean;
  /** Of `probedHeaders`, those that arrived. */
  headers: Readonly<Record<string, string>>;
  forwardedProto: string | undefined;
  /** The first is what whoever sent the request says of itself; each proxy that appends adds one. */
  forwardedFor: readonly string[];
  /** Other signs of a proxy. */
  via: string | undefined;
  /** Whom limits by address count. */
  address: string | undefined;
  /** The other end of the connection. */
  peerPort: number | undefined;
  trustProxy: false | number | readonly string[];
}

/** One frame of a probe's stream. */
export interface ProbeFrame {
  type: 'report' | 'tick' | 'end';
  /** Since the first. */
  sentMs: number;
  text: string;
  /** In the first. */
  report?: ProbeReport;
}

export const PROBE_TICKS = 10;
export const PROBE_TICK_MS = 100;
/** The silence is so much longer than HEARTBEAT_MS: a sign of life is due within it. */
export const PROBE_MARGIN_MS = 500;
