import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * What is known of the request that is being served, for lines of the log and for traces. Whatever is begun meanwhile keeps it, a
 * timer too: so nothing of the request itself is in it.
 */
export interface RequestScope {
  readonly requestId: string;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Where it comes from, as attempts at passwords are counted. */
  readonly addressGroup: string;
  /** As the caller's own trace has it (W3C Trace Context). */
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
  /** The pattern of the route that begins an answer. */
  route?: string | undefined;
  /** Who asks, once that is known. */
  userId?: string;
}

const scopes = new AsyncLocalStorage<RequestScope>();

/** Carried beside the calls rather than through them: what is decided deep in a room is told with the request that asked for it. */
export function runInScope<Result>(scope: RequestScope, work: () => Result): Result {
  return scopes.run(scope, work);
}

/** For what is shared by all: a timer of it that one request begins is not about that request. */
export function outOfScope<Result>(work: () => Result): Result {
  return scopes.exit(work);
}

/** Says who makes the request, once that is known. */
export function nameUser(userId: string): void {
  const scope = currentScope();
  if (scope !== undefined) scope.userId = userId;
}

/** Says which route is about to begin an answer, by its pattern. */
export function nameRoute(route: string | undefined): void {
  const scope = currentScope();
  if (scope !== undefined) scope.route = route;
}

/** @returns undefined outside of requests */
export function currentScope(): RequestScope | undefined {
  return scopes.getStore();
}
