import { SluiceError } from '@sluice/shared';
import { type Request, type RequestHandler, Router } from 'express';
import type { Auth } from '../../auth/auth.ts';
import { sseEncoder } from '../../encoders/sse-encoder.ts';
import { sendEvents } from '../../transport/send-events.ts';
import type { RateLimits } from '../middleware/limit-rate.ts';
import { closeSignal, trackClose } from '../middleware/track-close.ts';
import { probeFrames } from '../probe-frames.ts';
import { PROBE_HEADER, type ProbeReport, probedHeaders } from '../probe-report.ts';
import type { PublicAddress } from '../public-address.ts';

export interface DoctorRouterPorts {
  auth: Pick<Auth, 'checkProbe'>;
  rates: Pick<RateLimits, 'byAddress'>;
  address: PublicAddress;
  heartbeatMs: number;
  trustProxy: ProbeReport['trustProxy'];
  version: string;
}

/** One command asks for as many at once as it was given addresses, and there may be several commands. */
const MAX_PROBES = 32;
/** As much as a question may have. */
const MAX_BODY_BYTES = 20 * 1024 * 1024;

/** For `sluice doctor`, under any Host name, since that may be what is wrong: nothing is stored, and no model is asked. */
export function doctorRouter({ auth, rates, ...ports }: DoctorRouterPorts): Router {
  const router = Router();
  const admit = admitProbes(auth, rates.byAddress);
  const bound = boundProbes();

  router.post('/api/doctor/stream', trackClose, admit, bound, async (req, res) => {
    req.resume();
    const frames = probeFrames(toReport(req, ports), closeSignal(res));
    await sendEvents(res, frames, { encoder: sseEncoder, heartbeatMs: ports.heartbeatMs });
  });

  router.post('/api/doctor/body', admit, bound, async (req, res) => {
    const bytes = await countBytes(req);
    if (bytes !== undefined) res.json({ bytes });
  });
  return router;
}

/** Guesses are counted by address; a probe is not, for behind a proxy that hides addresses it may share everybody's. */
function admitProbes(auth: DoctorRouterPorts['auth'], limitByAddress: RequestHandler): RequestHandler {
  return (req, res, next) => {
    try {
      auth.checkProbe(req.get(PROBE_HEADER));
    } catch (error) {
      return limitByAddress(req, res, (limited?: unknown) => next(limited ?? error));
    }
    next();
  };
}

/** @returns undefined when who sends them has left */
async function countBytes(req: Request): Promise<number | undefined> {
  let bytes = 0;
  try {
    for await (const chunk of req) {
      bytes += (chunk as Buffer).length;
      if (bytes > MAX_BODY_BYTES) throw new SluiceError('payload_too_large');
    }
  } catch (error) {
    if (req.destroyed && !(error instanceof SluiceError)) return undefined;
    throw error;
  }
  return bytes;
}

function boundProbes(): RequestHandler {
  let running = 0;
  return (_req, res, next) => {
    if (running >= MAX_PROBES) throw new SluiceError('unavailable', { retryAfterMs: 5000 });
    running += 1;
    res.once('close', () => (running -= 1));
    next();
  };
}

function toReport(req: Request, ports: Omit<DoctorRouterPorts, 'auth' | 'rates'>): ProbeReport {
  const { address, heartbeatMs, trustProxy, version } = ports;
  const arrived = Object.keys(probedHeaders).flatMap((name) => {
    const value = req.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const entries = req.get('x-forwarded-for')?.split(',') ?? [];
  return {
    version,
    now: Date.now(),
    heartbeatMs,
    host: req.headers.host,
    isOwnHost: address.isOwnHost(req.headers.host),
    headers: Object.fromEntries(arrived),
    forwardedProto: req.get('x-forwarded-proto'),
    forwardedFor: entries.map((entry) => entry.trim()).filter(Boolean),
    via: req.get('via') ?? req.get('forwarded') ?? req.get('x-real-ip'),
    address: req.ip,
    peerPort: req.socket.remotePort,
    trustProxy,
  };
}
