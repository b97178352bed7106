// In: what happened that matters to who may do what. Out: a line of the log, at every level but `silent`, and a count.
// Never: a password, a token, a code or an email; nor more lines of what anyone can cause than somebody could read.
import type { AuditEvent } from './audit-events.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import { LineBudget } from './line-budget.ts';
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

/** Disposing says how many lines were left out since that was last said. */
export function createAudit(logger: Logger, metrics: Pick<Metrics, 'noteSecurityEvent'>): Audit & Disposable {
  const level = logger.level === 'silent' ? 'silent' : 'info';
  const lines = logger.child({ audit: true }, { level });
  const budget = new LineBudget<AuditEvent>(({ event, address, suppressed }) =>
    lines.info({ event, actor: null, address, suppressed }, 'security events were left out'),
  );
  return {
    note(event, { actor, ...fields } = {}) {
      metrics.noteSecurityEvent(event);
      const scope = currentScope();
      const address = scope?.addressGroup ?? null;
      if (isRefusal(event) && !budget.take(event, address)) return;
      lines.info({ event, actor: actor ?? scope?.userId ?? null, address, ...fields }, 'security event');
    },
    [Symbol.dispose]: () => budget[Symbol.dispose](),
  };
}

/** What anyone can cause. */
const isRefusal = (event: AuditEvent) => /refused|locked/.test(event);
