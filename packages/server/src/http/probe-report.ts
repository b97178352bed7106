import * as z from 'zod';

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
const reportSchema = z.object({
  version: z.string(),
  /** Epoch ms. */
  now: z.number(),
  heartbeatMs: z.number(),
  /** As proxies in front say it, or as they left it. */
  host: z.optional(z.string()),
  /** Whether people who come under this name are answered. */
  isOwnHost: z.boolean(),
  /** Of `probedHeaders`, those that arrived. */
  headers: z.record(z.string(), z.string()),
  forwardedProto: z.optional(z.string()),
  /** The first is what whoever sent the request says of itself; each proxy that appends adds one. */
  forwardedFor: z.array(z.string()),
  /** Another sign of a proxy. */
  via: z.optional(z.string()),
  /** Whom limits by address count. */
  address: z.optional(z.string()),
  /** The other end of the connection. */
  peerPort: z.optional(z.number()),
  trustProxy: z.union([z.literal(false), z.number(), z.array(z.string())]),
});

/** One frame of a probe's stream, which may come from anybody who has been named as a proxy. */
export const probeFrameSchema = z.object({
  type: z.enum(['report', 'tick', 'end']),
  /** Since the first. */
  sentMs: z.number(),
  text: z.literal(PROBE_TEXT),
  /** In the first. */
  report: z.optional(reportSchema),
});

export type ProbeReport = z.infer<typeof reportSchema>;
export type ProbeFrame = z.infer<typeof probeFrameSchema>;

export const PROBE_TICKS = 10;
export const PROBE_TICK_MS = 100;
/** The silence is so much longer than HEARTBEAT_MS: a sign of life is due within it. */
export const PROBE_MARGIN_MS = 500;
