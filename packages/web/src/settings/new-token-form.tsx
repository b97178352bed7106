import { type NewAppToken, type Scope, scopes } from '@sluice/shared';
import { fieldText } from '../ui/field-text.ts';
import { Form } from '../ui/form.tsx';
import { SelectField } from '../ui/select-field.tsx';
import { TextField } from '../ui/text-field.tsx';

const meanings: Record<Scope, string> = {
  chat: 'Ask models',
  history: 'Read and change conversations',
  usage: 'Read usage',
  admin: 'Read everybody’s usage',
};

const lifetimes = [
  ['7', '7 days'],
  ['30', '30 days'],
  ['90', '90 days'],
  ['365', '1 year'],
  ['3650', '10 years'],
] as const;

interface NewTokenFormProps {
  /** Whether tokens may be given for what is everybody's. */
  isAdmin: boolean;
  onCreate: (token: NewAppToken) => Promise<void>;
}

export function NewTokenForm({ isAdmin, onCreate }: NewTokenFormProps) {
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
    <Form label="New token" submit="Create token" done="Token created" onSubmit={create}>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="Name"
          name="name"
          autoComplete="off"
          placeholder="What will use it?"
          maxLength={100}
          pattern=".*\S.*"
          required
        />
        <SelectField label="Valid for" name="days" options={lifetimes} defaultValue="90" />
      </div>
      <fieldset>
        <legend className="text-sm font-medium">It may</legend>
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
