import { isAbsent } from './is-absent.ts';

/** The fields of a dialect's request, by what becomes of them. */
export interface FieldFates {
  /** Read, or refused. */
  readonly heeded: readonly string[];
  /** Without a bearing on the answer. */
  readonly idle: readonly string[];
  /** Values that ask for nothing. */
  readonly neutral: Readonly<Record<string, unknown>>;
}

/** @returns the names of what a request asks for and does not get */
export function listDropped(call: Readonly<Record<string, unknown>>, fates: FieldFates): string[] {
  const known = new Set([...fates.heeded, ...fates.idle]);
  return Object.entries(call)
    .filter(([name, value]) => !known.has(name) && !isAbsent(value) && fates.neutral[name] !== value)
    .map(([name]) => name);
}
