import { SluiceError } from '@sluice/shared';
import type { Request } from 'express';
import * as z from 'zod';
import { describeIssues } from './describe-issues.ts';

/**
 * @returns the query's parameters as the schema gives them; others are ignored
 * @throws {SluiceError} `invalid_request` naming the parameter
 */
export function readQuery<Schema extends z.ZodType>(schema: Schema, req: Request): z.output<Schema> {
  const result = z.safeParse(schema, req.query);
  if (!result.success) throw new SluiceError('invalid_request', { detail: describeIssues(result.error) });
  return result.data;
}

/** The parameters of a list that is read page by page. */
export const pageQuery = (limits: { default: number; max: number }) => ({
  cursor: z.string().max(1000).optional(),
  limit: z
    .stringFormat('number', /^\d{1,6}$/, { error: 'must be a whole number' })
    .transform(Number)
    .pipe(z.number().min(1).max(limits.max))
    .default(limits.default),
});
