import * as z from 'zod';
import { type Context, reportIssue } from './report-issue.ts';

/** @returns what a schema makes of a value, or undefined, with its objections reported under `path` */
export function readAs<Schema extends z.core.$ZodType>(
  schema: Schema,
  value: unknown,
  { context, path }: { context: Context; path: string[] },
): z.output<Schema> | undefined {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  for (const { message } of result.error.issues) reportIssue(context, path, message);
  return undefined;
}
