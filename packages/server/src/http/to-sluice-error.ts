import { SluiceError } from '@sluice/shared';

/** The codes of express' body parser and router, by their `type` or class; anything else is ours to mend. */
export function toSluiceError(thrown: unknown): SluiceError {
  if (thrown instanceof SluiceError) return thrown;
  const { type, status, limit } =
    thrown instanceof Error ? (thrown as Error & { type?: string; status?: number; limit?: number }) : {};
  switch (type) {
    case 'entity.too.large':
      return new SluiceError(
        'payload_too_large',
        limit === undefined ? {} : { detail: `the body may have ${Math.round(limit / 1024 / 1024)} MiB` },
      );
    case 'entity.parse.failed':
      return new SluiceError('invalid_request', { detail: 'the body is not valid JSON' });
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new SluiceError('unsupported_media_type', { detail: 'send UTF-8 JSON, plain or gzip' });
    default:
      if (status === 404) return new SluiceError('not_found');
      return status !== undefined && status >= 400 && status < 500
        ? new SluiceError('invalid_request', { detail: 'the request could not be read' }, { cause: thrown })
        : new SluiceError('internal', {}, { cause: thrown });
  }
}
