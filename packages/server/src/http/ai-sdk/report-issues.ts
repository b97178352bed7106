import * as z from 'zod';

type Context = z.core.$RefinementCtx;

/** Says what is wrong with a value that a transform looks at, under the field it came in. */
export function report(context: Context, path: string[], message: string): void {
  context.issues.push({ code: 'custom', input: context.value, path, message });
}

/** @returns what a schema makes of a value, or undefined, with its objections reported under `path` */
export function readAs<Schema extends z.core.$ZodType>(
  schema: Schema,
  value: unknown,
  { context, path }: { context: Context; path: string[] },
): z.output<Schema> | undefined {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  for (const { message } of result.error.issues) report(context, path, message);
  return undefined;
}
