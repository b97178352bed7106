import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  TraceFlags,
  createTraceState,
  trace,
} from '@opentelemetry/api';
import { type RequestScope, currentScope } from './request-scope.ts';
import type { BegunAttempt, BegunRun, EndedAttempt, ObservedEnd, RunObserver } from './run-observer.ts';

/** Where the calls of a provider go; undefined where that is its vendor's own. */
export type FindUpstream = (provider: string) => { address: string; port: number } | undefined;

/** What the conventions call providers that they know, where our names are others. */
const wellKnown: Readonly<Record<string, string>> = { gemini: 'gcp.gemini' };

/** Theirs of ends that we name otherwise. */
const finishReasons: Readonly<Record<string, string>> = { complete: 'stop', refused: 'content_filter' };

/**
 * One span for a run, from its request to its end, and in it one for each upstream call, by the semantic conventions for
 * generative AI: https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-spans.md
 */
export function traceRuns(tracer: Tracer, findUpstream: FindUpstream): RunObserver {
  return {
    begin(run) {
      const scope = currentScope();
      const parent = readParent(scope);
      const [now, begunAt] = [Date.now(), performance.now()];
      const span = tracer.startSpan(nameOf(scope), describeRun(run, scope), parent);
      const within = trace.setSpan(parent, span);
      return {
        beginAttempt(attempt) {
          const begunAt = performance.now();
          const options = { kind: SpanKind.CLIENT, attributes: describeCall(attempt, findUpstream) };
          const call = tracer.startSpan(`chat ${attempt.model}`, options, within);
          return (ended) => endCall(call, ended, begunAt);
        },
        noteRetry: (_provider, code) => span.addEvent('retry', { 'error.type': code }),
        noteFallback: (_provider, code) => span.addEvent('fallback', { 'error.type': code }),
        // What it took, also where the clock was set meanwhile.
        end: (ended) => endRun(span, ended, new Date(now + performance.now() - begunAt)),
      };
    },
  };
}

const nameOf = (scope: RequestScope | undefined) =>
  scope === undefined ? 'run' : `${scope.method} ${scope.route ?? ''}`.trim();

function describeRun({ id, conversationId }: BegunRun, scope: RequestScope | undefined) {
  const route = scope?.route;
  return {
    kind: SpanKind.SERVER,
    // A number might be taken for one since the process began.
    startTime: new Date(scope?.startedAt ?? Date.now()),
    attributes: {
      'sluice.run.id': id,
      ...(conversationId !== null && { 'gen_ai.conversation.id': conversationId }),
      ...(scope !== undefined && {
        'sluice.request.id': scope.requestId,
        'http.request.method': scope.method,
        'url.path': scope.path,
      }),
      ...(route !== undefined && { 'http.route': route }),
    },
  };
}

function endRun(span: Span, { reason, errorCode, model, attempts, isSaved }: ObservedEnd, at: Date): void {
  span.setAttributes({
    'sluice.run.reason': reason,
    'sluice.run.model': model,
    'sluice.run.attempts': attempts,
    'sluice.run.saved': isSaved,
  });
  fail(span, errorCode);
  span.end(at);
}

function describeCall(
  { provider, model, maxOutputTokens, temperature }: BegunAttempt,
  findUpstream: FindUpstream,
): Attributes {
  const upstream = findUpstream(provider);
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': wellKnown[provider] ?? provider,
    'gen_ai.request.model': model,
    'gen_ai.request.stream': true,
    ...(maxOutputTokens !== undefined && { 'gen_ai.request.max_tokens': maxOutputTokens }),
    ...(temperature !== undefined && { 'gen_ai.request.temperature': temperature }),
    ...(upstream !== undefined && { 'server.address': upstream.address, 'server.port': upstream.port }),
  };
}

function endCall(span: Span, ended: EndedAttempt, begunAt: number): void {
  const { outcome, finishReason, usage, responseId, servedModel, firstTokenAt } = ended;
  span.setAttributes({
    ...(responseId !== undefined && { 'gen_ai.response.id': responseId }),
    ...(servedModel !== undefined && { 'gen_ai.response.model': servedModel }),
    ...(finishReason !== null && {
      'gen_ai.response.finish_reasons': [finishReasons[finishReason] ?? finishReason],
    }),
    ...(firstTokenAt !== null && {
      'gen_ai.response.time_to_first_chunk': Math.max(0, firstTokenAt - begunAt) / 1000,
    }),
    ...(usage !== null && {
      'gen_ai.usage.input_tokens': usage.inputTokens,
      'gen_ai.usage.output_tokens': usage.outputTokens,
      'gen_ai.usage.cache_read.input_tokens': usage.cacheReadTokens,
      'gen_ai.usage.cache_creation.input_tokens': usage.cacheWriteTokens,
      'gen_ai.usage.reasoning.output_tokens': usage.reasoningTokens,
    }),
  });
  fail(span, outcome === 'ok' ? null : outcome);
  span.end();
}

/** A stop and a reader who leaves are no failures. */
function fail(span: Span, code: string | null): void {
  if (code === null || code === 'stopped' || code === 'disconnected') return;
  span.setAttribute('error.type', code);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** https://www.w3.org/TR/trace-context/ */
function readParent(scope: RequestScope | undefined): Context {
  const header = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})/;
  const [, traceId, spanId, flags] = header.exec(scope?.traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  const { tracestate } = scope ?? {};
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
    ...(tracestate !== undefined && { traceState: createTraceState(tracestate) }),
  });
}
