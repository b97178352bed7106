import type { Limit, LimitChange } from '@sluice/shared';
import { fieldText } from '../ui/field-text.ts';
import { formatDollars } from '../ui/format-dollars.ts';
import { formatNumber } from '../ui/format.ts';
import { Form } from '../ui/form.tsx';
import { TextField } from '../ui/text-field.tsx';
import { t } from '../ui/text.ts';

const MICRO = 1_000_000;

type Unit = Limit['unit'];

interface Kind {
  period: Limit['period'];
  unit: Unit;
  label: string;
}

const listKinds = (): readonly Kind[] => [
  { period: 'day', unit: 'requests', label: t('Requests a day') },
  { period: 'month', unit: 'requests', label: t('Requests a month') },
  { period: 'day', unit: 'tokens', label: t('Tokens a day') },
  { period: 'month', unit: 'tokens', label: t('Tokens a month') },
  { period: 'day', unit: 'microUsd', label: t('Dollars a day') },
  { period: 'month', unit: 'microUsd', label: t('Dollars a month') },
];

/** Money is written in dollars, to the cent or less. */
function describeInput(unit: Unit): { pattern: string; title: string } {
  return unit === 'microUsd'
    ? { pattern: '[0-9]{1,6}([.][0-9]{1,6})?', title: t('Dollars such as 2.50, or nothing for no limit') }
    : { pattern: '[0-9]{1,12}', title: t('A whole number, or nothing for no limit') };
}

const scaleOf = (unit: Unit) => (unit === 'microUsd' ? MICRO : 1);

const say = (amount: number, unit: Unit) =>
  unit === 'microUsd' ? formatDollars(amount) : formatNumber(amount);

interface LimitsFormProps {
  label: string;
  /** Whose; null for everybody's. */
  userId: string | null;
  limits: readonly Limit[];
  onChange: (changes: LimitChange[]) => Promise<void>;
}

/** The limits of a user, or of everybody who has none of their own: an empty field is no limit. */
export function LimitsForm({ label, userId, limits, onChange }: LimitsFormProps) {
  const subject = userId === null ? 'default' : 'user';
  const find = (kind: Kind, whose: Limit['subject'], id: string | null) =>
    limits.find(
      (limit) =>
        limit.subject === whose &&
        limit.id === id &&
        limit.period === kind.period &&
        limit.unit === kind.unit,
    );
  const fields = listKinds().map((kind) => ({
    ...kind,
    name: `${kind.unit}-${kind.period}`,
    amount: find(kind, subject, userId)?.amount,
    everybodys: userId === null ? undefined : find(kind, 'default', null)?.amount,
  }));
  const save = (form: FormData) => {
    const changes = fields.flatMap(({ name, period, unit, amount }): LimitChange[] => {
      const text = fieldText(form, name).trim();
      const next = text === '' ? null : Math.round(Number(text) * scaleOf(unit));
      if (next === (amount ?? null)) return [];
      return [{ subject, ...(userId !== null && { id: userId }), period, unit, amount: next }];
    });
    return onChange(changes);
  };
  return (
    <Form label={label} submit={t('Save limits')} done={t('Limits saved')} onSubmit={save}>
      <div className="grid gap-4 sm:grid-cols-2">
        {fields.map(({ name, label: title, unit, amount, everybodys }) => (
          <TextField
            key={name}
            label={title}
            name={name}
            inputMode={unit === 'microUsd' ? 'decimal' : 'numeric'}
            autoComplete="off"
            {...describeInput(unit)}
            placeholder={
              everybodys === undefined
                ? t('No limit')
                : t('{amount} as everybody', { amount: say(everybodys, unit) })
            }
            defaultValue={amount === undefined ? undefined : amount / scaleOf(unit)}
          />
        ))}
      </div>
    </Form>
  );
}
