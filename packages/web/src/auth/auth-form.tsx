import { type FormEvent, type ReactNode, useState } from 'react';
import { describeRefusal } from './describe-refusal.ts';
import { t } from '../ui/text.ts';

interface AuthFormProps {
  /** The form's accessible name, and its button's. */
  name: string;
  /** What to say when the server does not accept what was typed. */
  refusal: string;
  onSubmit: (fields: FormData) => Promise<void>;
  children: ReactNode;
}

export function AuthForm({ name, refusal, onSubmit, children }: AuthFormProps) {
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setIsBusy(true);
    setError(null);
    try {
      await onSubmit(new FormData(event.currentTarget));
    } catch (cause) {
      setError(describeRefusal(cause, refusal));
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <form aria-label={name} className="grid gap-5" onSubmit={(event) => void submit(event)}>
      {children}
      {error !== null && (
        <p role="alert" className="notice-danger">
          {error}
        </p>
      )}
      <button type="submit" className="primary-button" disabled={isBusy}>
        {isBusy ? t('One moment…') : name}
      </button>
    </form>
  );
}
