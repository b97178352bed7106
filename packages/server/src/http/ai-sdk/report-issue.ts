import type * as z from 'zod';

export type Context = z.core.$RefinementCtx;

/** Says what is wrong with a value that a transform looks at, under the field it came in. */
export function reportIssue(context: Context, path: string[], message: string): void {
  context.issues.push({ code: 'custom', input: context.value, path, message });
}
