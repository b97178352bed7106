import { TextField } from '../ui/text-field.tsx';
import { t } from '../ui/text.ts';

const MIN_LENGTH = 12;

/** In plain sight: whoever sets it has to tell it to someone else. */
export function NewPasswordField() {
  return (
    <TextField
      label={t('Password')}
      name="password"
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      minLength={MIN_LENGTH}
      maxLength={256}
      hint={t('At least {count} characters.', { count: MIN_LENGTH })}
      required
    />
  );
}
