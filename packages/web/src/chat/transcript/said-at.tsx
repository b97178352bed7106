import { formatDate } from '../../ui/format.ts';

/** When a message was said: the time of day today, the day as well before that. */
export function SaidAt({ at }: { at: string | null }) {
  if (at === null) return null;
  const [then, now] = [new Date(at), new Date()];
  const year = then.getFullYear() === now.getFullYear() ? {} : ({ year: 'numeric' } as const);
  const isToday = then.toDateString() === now.toDateString();
  const day = isToday ? {} : ({ day: 'numeric', month: 'short', ...year } as const);
  return (
    <time className="said-at" dateTime={at} title={formatDate(at, { dateStyle: 'full', timeStyle: 'short' })}>
      {formatDate(at, { ...day, hour: 'numeric', minute: '2-digit' })}
    </time>
  );
}
