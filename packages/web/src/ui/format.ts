import { getLanguage, t } from './text.ts';

/** As the page's language writes it. */
export function formatNumber(value: number, options?: Intl.NumberFormatOptions): string {
  return value.toLocaleString(getLanguage(), options);
}

/** @param at RFC 3339, or a moment */
export function formatDate(at: string | Date, options: Intl.DateTimeFormatOptions): string {
  return new Date(at).toLocaleString(getLanguage(), options);
}

/** @returns a time span in milliseconds below a second, else in seconds with one decimal */
export function formatDuration(ms: number): string {
  if (ms < 1000) return t('{ms} ms', { ms: formatNumber(Math.round(ms)) });
  return t('{seconds} s', { seconds: formatNumber(ms / 1000, { maximumFractionDigits: 1 }) });
}
