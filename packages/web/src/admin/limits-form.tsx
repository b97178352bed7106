import type { Limit, LimitChange } from '@sluice/shared';
import { fieldText } from '../ui/field-text.ts';
import { formatDollars } from '../ui/format-dollars.ts';
import { Form } from '../ui/form.tsx';
import { TextField } from '../ui/text-field.tsx';

const MICRO = 1_000_000;

const kinds = [
  { period: 'day', unit: 'requests', label: 'Requests a day' },
  { period: 'month', unit: 'requests', label: 'Requests a month' },
  { period: 'day', unit: 'tokens', label: 'Tokens a day' },
  { period: 'month', unit: 'tokens', label: 'Tokens a month' },
  { period: 'day', unit: 'microUsd', label: 'Dollars a day' },
  { period: 'month', unit: 'microUsd', label: 'Dollars a month' },
] as const;

type Unit = (typeof kinds)[number]['unit'];

/** Money is written in dollars, to the cent or less. */
const inputs = {
  requests: { pattern: '[0-9]{1,12}', title: 'A whole number, or nothing for no limit', scale: 1 },
  tokens: { pattern: '[0-9]{1,12}', title: 'A whole number, or nothing for no limit', scale: 1 },
  microUsd: {
    pattern: '[0-9]{1,6}([.][0-9]{1,6})?',
    title: 'Dollars such as 2.50, or nothing for no limit',
    scale: MICRO,
  },
};

const say = (amount: number, unit: Unit) =>
  unit === 'microUsd' ? formatDollars(amount) : amount.toLocaleString('en');

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
  const find = (kind: (typeof kinds)[number], whose: Limit['subject'], id: string | null) =>
    limits.find(
      (limit) =>
        limit.subject === whose &&
        limit.id === id &&
        limit.period === kind.period &&
        limit.unit === kind.unit,
    );
  const fields = kinds.map((kind) => ({
    ...kind,
    name: `${kind.unit}-${kind.period}`,
    amount: find(kind, subject, userId)?.amount,
    everybodys: userId === null ? undefined : find(kind, 'default', null)?.amount,
  }));
  const save = (form: FormData) => {
    const changes = fields.flatMap(({ name, period, unit, amount }): LimitChange[] => {
      const text = fieldText(form, name).trim();
      const next = text === '' ? null : Math.round(Number(text) * inputs[unit].scale);
      if (next === (amount ?? null)) return [];
      return [{ subject, ...(userId !== null && { id: userId }), period, unit, amount: next }];
    });
    return onChange(changes);
  };
  return (
    <Form label={label} submit="Save limits" done="Limits saved" onSubmit={save}>
      <div className="grid gap-4 sm:grid-cols-2">
        {fields.map(({ name, label: title, unit, amount, everybodys }) => (
          <TextField
            key={name}
            label={title}
            name={name}
            inputMode={unit === 'microUsd' ? 'decimal' : 'numeric'}
            autoComplete="off"
            pattern={inputs[unit].pattern}
            title={inputs[unit].title}
            placeholder={everybodys === undefined ? 'No limit' : `${say(everybodys, unit)} as everybody`}
            defaultValue={amount === undefined ? undefined : amount / inputs[unit].scale}
          />
        ))}
      </div>
    </Form>
  );
}
