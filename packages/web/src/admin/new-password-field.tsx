import { TextField } from '../ui/text-field.tsx';

const MIN_LENGTH = 12;

/** In plain sight: whoever sets it has to tell it to someone else. */
export function NewPasswordField() {
  return (
    <TextField
      label="Password"
      name="password"
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      minLength={MIN_LENGTH}
      maxLength={256}
      hint={`At least ${MIN_LENGTH} characters.`}
      required
    />
  );
}
