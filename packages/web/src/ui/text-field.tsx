import { type InputHTMLAttributes, use, useId } from 'react';
import { FieldErrorsContext } from './field-errors.ts';

interface TextFieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  name: string;
  hint?: string;
}

export function TextField({ label, hint, ...input }: TextFieldProps) {
  const id = useId();
  const noteId = useId();
  const error = use(FieldErrorsContext)[input.name];
  const note = error ?? hint;
  return (
    <div className="grid content-start gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <input
        id={id}
        className="text-field"
        aria-describedby={note === undefined ? undefined : noteId}
        aria-invalid={error !== undefined || undefined}
        {...input}
      />
      {note !== undefined && (
        <p id={noteId} className={`text-sm ${error === undefined ? 'text-ink-soft' : 'text-danger'}`}>
          {note}
        </p>
      )}
    </div>
  );
}
