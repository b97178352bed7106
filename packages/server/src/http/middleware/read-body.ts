import { SluiceError } from '@sluice/shared';
import express, { type RequestHandler } from 'express';
import * as z from 'zod';
import { describeIssues } from '../describe-issues.ts';

// zod/mini, which the shared schemas are written in, says no more than "Invalid input" without a language.
z.config(z.locales.en());

/**
 * Parses and validates a JSON body; what the route sees is what the schema returned.
 * @param limit as express.json takes it, after decompression
 */
export function readBody(schema: z.core.$ZodType, limit: string): RequestHandler[] {
  // strict: false lets bare values through to the schema, whose refusal names what is wrong.
  const parse = express.json({ limit, strict: false });
  const validate: RequestHandler = (req, _res, next) => {
    if (req.body === undefined) {
      const hasBody =
        req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length']) > 0;
      if (hasBody)
        throw new SluiceError('unsupported_media_type', { detail: 'Content-Type must be application/json' });
      throw new SluiceError('invalid_request', { detail: 'a JSON body is needed' });
    }
    const result = z.safeParse(schema, req.body);
    if (!result.success) throw new SluiceError('invalid_request', { detail: describeIssues(result.error) });
    req.body = result.data;
    next();
  };
  return [parse, validate];
}
