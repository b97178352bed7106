import { useState } from 'react';
import { SelectField } from '../ui/select-field.tsx';
import { TextField } from '../ui/text-field.tsx';
import { t } from '../ui/text.ts';
import { type UsageRange, isRange, lastDays } from './usage-range.ts';

/** The last days, so many of them, or from one day to another. */
export function RangePicker({ onChange }: { onChange: (range: UsageRange) => void }) {
  const [span, setSpan] = useState('30');
  const [own, setOwn] = useState(() => lastDays(30));
  const choose = (next: string) => {
    setSpan(next);
    if (next === 'own') return;
    const range = lastDays(Number(next));
    setOwn(range);
    onChange(range);
  };
  const change = (next: UsageRange) => {
    setOwn(next);
    if (isRange(next)) onChange(next);
  };
  const problem = isRange(own) ? undefined : t('The first day comes first.');
  return (
    <>
      <SelectField
        label={t('Time')}
        options={[
          ['1', t('Today')],
          ['7', t('Last 7 days')],
          ['30', t('Last 30 days')],
          ['90', t('Last 90 days')],
          ['own', t('From … to …')],
        ]}
        value={span}
        onChange={({ target }) => choose(target.value)}
      />
      {span === 'own' && (
        <>
          <TextField
            label={t('From')}
            name="from"
            type="date"
            value={own.from}
            max={own.to}
            onChange={({ target }) => change({ ...own, from: target.value })}
            {...(problem !== undefined && { hint: problem })}
          />
          <TextField
            label={t('To')}
            name="to"
            type="date"
            value={own.to}
            min={own.from}
            onChange={({ target }) => change({ ...own, to: target.value })}
          />
        </>
      )}
    </>
  );
}
