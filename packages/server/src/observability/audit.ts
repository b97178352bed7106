// In: what happened that matters to who may do what. Out: a line of the log, at every level but `silent`, and a count.
// Never: a password, a token, a code or an email; nor more lines of what anyone can cause than somebody could read.
import type { AuditEvent } from './audit-events.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import { currentScope } from './request-scope.ts';

interface AuditFields {
  /** Who did it, where that is not who makes the request. */
  actor?: string | undefined;
  /** Whom or what it was done to: an id. */
  target?: string | undefined;
  [detail: string]: string | number | boolean | null | readonly string[] | undefined;
}

export interface Audit {
  note(event: AuditEvent, fields?: AuditFields): void;
}

export const noAudit: Audit = { note: () => undefined };

/** Of one event in a minute, where anyone can cause it; those beyond are counted in the next line. */
const MAX_LINES = 60;
const WINDOW_MS = 60_000;

export function createAudit(
  logger: Logger,
  metrics: Pick<Metrics, 'noteSecurityEvent'>,
  clock: () => number = Date.now,
): Audit {
  const level = logger.level === 'silent' ? 'silent' : 'info';
  const lines = logger.child({ audit: true }, { level });
  const windows = new Map<AuditEvent, Window>();
  return {
    note(event, { actor, ...fields } = {}) {
      metrics.noteSecurityEvent(event);
      const scope = currentScope();
      const isBounded = isRefusal(event);
      const suppressed = isBounded ? countIn(windows, event, clock()) : 0;
      if (suppressed === undefined) return;
      lines.info(
        {
          event,
          actor: actor ?? scope?.userId ?? null,
          address: scope?.addressGroup ?? null,
          ...fields,
          ...(suppressed > 0 && { suppressed }),
        },
        'security event',
      );
    },
  };
}

interface Window {
  since: number;
  lines: number;
  suppressed: number;
}

const isRefusal = (event: AuditEvent) => /refused|locked/.test(event);

/** @returns how many before it were left out; undefined for one that is to be left out itself */
function countIn(windows: Map<AuditEvent, Window>, event: AuditEvent, now: number): number | undefined {
  const known = windows.get(event) ?? { since: now, lines: 0, suppressed: 0 };
  windows.set(event, known);
  if (Math.abs(now - known.since) >= WINDOW_MS) {
    known.since = now;
    known.lines = 0;
  }
  if (known.lines >= MAX_LINES) {
    known.suppressed += 1;
    return undefined;
  }
  known.lines += 1;
  const { suppressed } = known;
  known.suppressed = 0;
  return suppressed;
}
