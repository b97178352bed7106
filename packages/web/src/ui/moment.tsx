import { formatDate } from './format.ts';

/** @param at RFC 3339 */
export function Moment({ at, style = 'time' }: { at: string; style?: 'day' | 'time' }) {
  const format =
    style === 'day'
      ? { dateStyle: 'medium' as const }
      : { dateStyle: 'medium' as const, timeStyle: 'short' as const };
  return <time dateTime={at}>{formatDate(at, format)}</time>;
}
