import { type User, meSchema, sendRequest } from '@sluice/shared';
import { requestJson } from '../api/request-json.ts';
import { useSession } from '../api/session-context.ts';
import { fieldText } from '../ui/field-text.ts';
import { Form } from '../ui/form.tsx';
import { Panel } from '../ui/panel.tsx';
import { TextField } from '../ui/text-field.tsx';
import { t } from '../ui/text.ts';
import { SessionList } from './session-list.tsx';

const MIN_PASSWORD_LENGTH = 12;

export function AccountPanel({ user }: { user: User }) {
  return (
    <>
      <Profile user={user} />
      <Password email={user.email} />
      <SessionList />
    </>
  );
}

function Profile({ user }: { user: User }) {
  const session = useSession();
  const save = async (fields: FormData) => {
    const body = { name: fieldText(fields, 'name').trim() || null };
    const request = { schema: meSchema, method: 'PATCH', body };
    session.noteUser(await requestJson(session.connection, '/api/me', request));
  };
  return (
    <Panel title={t('Profile')} lead={user.email}>
      <Form label={t('Profile')} submit={t('Save name')} done={t('Saved')} onSubmit={save}>
        <TextField
          label={t('Name')}
          name="name"
          autoComplete="name"
          maxLength={100}
          defaultValue={user.name ?? ''}
          // What the form is emptied to is what was saved.
          key={user.name}
        />
      </Form>
    </Panel>
  );
}

function Password({ email }: { email: string }) {
  const { connection } = useSession();
  const change = async (fields: FormData) => {
    const body = {
      currentPassword: fieldText(fields, 'currentPassword'),
      newPassword: fieldText(fields, 'newPassword'),
    };
    await sendRequest(connection, '/api/me/password', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  };
  return (
    <Panel title={t('Password')} lead={t('Changing it signs you out everywhere else.')}>
      <Form
        label={t('Password')}
        submit={t('Change password')}
        done={t('Password changed')}
        onSubmit={change}
      >
        {/* For password managers: whose password this is. */}
        <input className="hidden" name="email" autoComplete="username" value={email} readOnly />
        <TextField
          label={t('Current password')}
          name="currentPassword"
          type="password"
          autoComplete="current-password"
          maxLength={256}
          required
        />
        <TextField
          label={t('New password')}
          name="newPassword"
          type="password"
          autoComplete="new-password"
          minLength={MIN_PASSWORD_LENGTH}
          maxLength={256}
          hint={t('At least {count} characters.', { count: MIN_PASSWORD_LENGTH })}
          required
        />
      </Form>
    </Panel>
  );
}
