import { type NewAppToken, type Scope, scopes } from '@sluice/shared';
import { fieldText } from '../ui/field-text.ts';
import { Form } from '../ui/form.tsx';
import { SelectField } from '../ui/select-field.tsx';
import { TextField } from '../ui/text-field.tsx';
import { t } from '../ui/text.ts';

const listMeanings = (): Record<Scope, string> => ({
  chat: t('Ask models'),
  history: t('Read and change conversations'),
  usage: t('Read usage'),
  admin: t('Read everybody’s usage'),
});

const days = (count: number) => [String(count), t('{count} days', { count })] as const;

const listLifetimes = () =>
  [days(7), days(30), days(90), ['365', t('1 year')], ['3650', t('10 years')]] as const;

interface NewTokenFormProps {
  /** Whether tokens may be given for what is everybody's. */
  isAdmin: boolean;
  onCreate: (token: NewAppToken) => Promise<void>;
}

export function NewTokenForm({ isAdmin, onCreate }: NewTokenFormProps) {
  const meanings = listMeanings();
  const offered = scopes.filter((scope) => scope !== 'admin' || isAdmin);
  const create = (fields: FormData) => {
    const chosen = offered.filter((scope) => fields.has(`scope-${scope}`));
    return onCreate({
      name: fieldText(fields, 'name').trim(),
      days: Number(fieldText(fields, 'days')),
      ...(chosen.length > 0 && { scopes: chosen }),
    });
  };
  return (
    <Form label={t('New token')} submit={t('Create token')} done={t('Token created')} onSubmit={create}>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label={t('Name')}
          name="name"
          autoComplete="off"
          placeholder={t('What will use it?')}
          maxLength={100}
          pattern=".*\S.*"
          required
        />
        <SelectField label={t('Valid for')} name="days" options={listLifetimes()} defaultValue="90" />
      </div>
      <fieldset>
        <legend className="text-sm font-medium">{t('It may')}</legend>
        <div className="mt-1.5 flex flex-wrap gap-x-5 gap-y-1.5">
          {offered.map((scope) => (
            <label key={scope} className="check">
              <input type="checkbox" name={`scope-${scope}`} defaultChecked={scope === 'chat'} />
              {meanings[scope]} <code className="text-ink-soft">{scope}</code>
            </label>
          ))}
        </div>
      </fieldset>
    </Form>
  );
}
