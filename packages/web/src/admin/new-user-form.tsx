import type { NewManagedUser } from '@sluice/shared';
import { fieldText } from '../ui/field-text.ts';
import { Form } from '../ui/form.tsx';
import { SelectField } from '../ui/select-field.tsx';
import { TextField } from '../ui/text-field.tsx';
import { t } from '../ui/text.ts';
import { NewPasswordField } from './new-password-field.tsx';
import { listRoles, readRole } from './roles.ts';

export function NewUserForm({ onCreate }: { onCreate: (user: NewManagedUser) => Promise<void> }) {
  const create = (fields: FormData) => {
    const name = fieldText(fields, 'name').trim();
    return onCreate({
      email: fieldText(fields, 'email').trim(),
      password: fieldText(fields, 'password'),
      role: readRole(fieldText(fields, 'role')),
      ...(name !== '' && { name }),
    });
  };
  return (
    <Form label={t('Add a user')} submit={t('Add user')} done={t('User added')} onSubmit={create}>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label={t('Email')} name="email" type="email" autoComplete="off" required />
        <TextField label={t('Name (optional)')} name="name" autoComplete="off" maxLength={100} />
        <NewPasswordField />
        <SelectField label={t('Role')} name="role" options={listRoles()} />
      </div>
    </Form>
  );
}
