import { useSession } from '../api/session-context.ts';
import { fieldText } from '../ui/field-text.ts';
import { TextField } from '../ui/text-field.tsx';
import { AuthForm } from './auth-form.tsx';
import { t } from '../ui/text.ts';

const MIN_PASSWORD_LENGTH = 12;

/** @param code of the link on the server's terminal; asked for when the link was opened without it */
export function SetUp({ code, onDone }: { code: string | null; onDone: () => void }) {
  const session = useSession();
  const setUp = async (fields: FormData) => {
    const name = fieldText(fields, 'name').trim();
    await session.setUp({
      code: code ?? fieldText(fields, 'code').trim(),
      email: fieldText(fields, 'email').trim(),
      password: fieldText(fields, 'password'),
      ...(name !== '' && { name }),
    });
    onDone();
  };
  return (
    <AuthForm
      name={t('Set up')}
      refusal={t(
        'This setup link is used up or too old. If there is an account already, sign in; else restart the server for another link.',
      )}
      onSubmit={setUp}
    >
      {code === null && (
        <TextField
          label={t('Setup code')}
          name="code"
          autoComplete="off"
          hint={t('The part after #code= of the link on the terminal.')}
          maxLength={100}
          required
        />
      )}
      <TextField label={t('Email')} name="email" type="email" autoComplete="username" autoFocus required />
      <TextField label={t('Name (optional)')} name="name" autoComplete="name" maxLength={100} />
      <TextField
        label={t('Password')}
        name="password"
        type="password"
        autoComplete="new-password"
        minLength={MIN_PASSWORD_LENGTH}
        maxLength={256}
        hint={t('At least {count} characters.', { count: MIN_PASSWORD_LENGTH })}
        required
      />
    </AuthForm>
  );
}
