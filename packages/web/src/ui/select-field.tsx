import { type SelectHTMLAttributes, useId } from 'react';
import { Icon } from './icon.tsx';

interface SelectFieldProps extends SelectHTMLAttributes<HTMLSelectElement> {
  label: string;
  /** Value and what it is called. */
  options: readonly (readonly [value: string, label: string])[];
}

export function SelectField({ label, options, ...select }: SelectFieldProps) {
  const id = useId();
  return (
    <div className="grid content-start gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <div className="select-box">
        <select id={id} className="text-field" {...select}>
          {options.map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
        <Icon name="chevron" className="size-4" />
      </div>
    </div>
  );
}
