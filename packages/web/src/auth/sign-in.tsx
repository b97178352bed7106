import { useSession } from '../api/session-context.ts';
import { fieldText } from '../ui/field-text.ts';
import { TextField } from '../ui/text-field.tsx';
import { AuthForm } from './auth-form.tsx';
import { t } from '../ui/text.ts';

/** @param email known when the session of this person has just ended */
export function SignIn({ email }: { email?: string }) {
  const session = useSession();
  return (
    <AuthForm
      name={t('Sign in')}
      refusal={t('This email and password do not belong together.')}
      onSubmit={(fields) =>
        session.signIn({ email: fieldText(fields, 'email').trim(), password: fieldText(fields, 'password') })
      }
    >
      <TextField
        label={t('Email')}
        name="email"
        type="email"
        autoComplete="username"
        defaultValue={email}
        autoFocus={email === undefined}
        required
      />
      <TextField
        label={t('Password')}
        name="password"
        type="password"
        autoComplete="current-password"
        maxLength={256}
        required
      />
    </AuthForm>
  );
}
