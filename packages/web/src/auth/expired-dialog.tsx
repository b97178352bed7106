import { useEffect, useRef } from 'react';
import { SignIn } from './sign-in.tsx';
import { t } from '../ui/text.ts';

/** Over the page, which keeps its draft and its answers; there is no way around it but signing in. */
export function ExpiredDialog({ email }: { email: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    // The dialog itself would begin with the email, which is known.
    dialog.current?.querySelector<HTMLInputElement>('input[type=password]')?.focus();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="modal"
      aria-label={t('Your session has ended')}
      onCancel={(event) => event.preventDefault()}
    >
      <h2 className="text-lg font-semibold">{t('Your session has ended')}</h2>
      <p className="mt-1 mb-5 text-ink-soft">{t('Sign in to go on. Your draft and this chat are kept.')}</p>
      <SignIn email={email} />
    </dialog>
  );
}
