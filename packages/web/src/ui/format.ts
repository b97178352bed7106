import { getLocale, t } from './text.ts';

type Make<Formatter, Options> = (locale: string, options: Options | undefined) => Formatter;

/** To make a formatter takes a thousand times as long as to use it, and each message has several. */
function keep<Formatter, Options>(make: Make<Formatter, Options>): (options?: Options) => Formatter {
  const made = new Map<string, Formatter>();
  return (options) => {
    const locale = getLocale();
    const key = `${locale} ${JSON.stringify(options)}`;
    const formatter = made.get(key) ?? make(locale, options);
    made.set(key, formatter);
    return formatter;
  };
}

const numberFormat = keep(
  (locale, options?: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options),
);
const dateFormat = keep(
  (locale, options?: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options),
);

/** As the page's language writes it, where the browser's owner lives. */
export function formatNumber(value: number, options?: Intl.NumberFormatOptions): string {
  return numberFormat(options).format(value);
}

/** @param at RFC 3339, or a moment; of what, `options` says */
export function formatDate(at: string | Date, options: Intl.DateTimeFormatOptions): string {
  return dateFormat(options).format(new Date(at));
}

/** @returns a time span in milliseconds below a second, else in seconds with one decimal */
export function formatDuration(ms: number): string {
  if (ms < 1000) return t('{ms} ms', { ms: formatNumber(Math.round(ms)) });
  return t('{seconds} s', { seconds: formatNumber(ms / 1000, { maximumFractionDigits: 1 }) });
}
