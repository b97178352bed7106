import type { Limit, LimitChange, ManagedUser, ManagedUserChanges } from '@sluice/shared';
import { useState } from 'react';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { fieldText } from '../ui/field-text.ts';
import { Form } from '../ui/form.tsx';
import { t } from '../ui/text.ts';
import { LimitsForm } from './limits-form.tsx';
import { NewPasswordField } from './new-password-field.tsx';
import { listRoles, readRole } from './roles.ts';

interface UserRowProps {
  user: ManagedUser;
  /** Whether it is the one who looks at it, who is not to shut themselves out. */
  isSelf: boolean;
  onChange: (changes: ManagedUserChanges) => void;
  onPassword: (password: string) => Promise<void>;
  /** Everybody's. */
  limits: readonly Limit[];
  onLimits: (changes: LimitChange[]) => Promise<void>;
}

function nameOf({ email, name, identity, id }: ManagedUser): string {
  if (email !== '') return email;
  return name ?? identity?.subject ?? id;
}

function UserName({ user, isSelf, hasLimits }: { user: ManagedUser; isSelf: boolean; hasLimits: boolean }) {
  const name = nameOf(user);
  return (
    <div className="row-text">
      <p className={`font-medium wrap-anywhere ${user.disabled ? 'text-ink-soft' : ''}`}>
        {name}
        {isSelf && <span className="badge">{t('You')}</span>}
        {user.disabled && <span className="badge">{t('Disabled')}</span>}
      </p>
      <p className="text-sm text-ink-soft">
        {[
          user.name,
          user.identity?.issuer,
          user.hasPassword ? null : t('no password'),
          hasLimits ? t('limits of their own') : null,
        ]
          .filter((part) => part !== null && part !== undefined && part !== name)
          .join(' · ')}
      </p>
    </div>
  );
}

export function UserRow({ user, isSelf, onChange, onPassword, limits, onLimits }: UserRowProps) {
  const [opened, setOpened] = useState<'password' | 'limits' | null>(null);
  const toggle = (form: typeof opened) => () => setOpened(opened === form ? null : form);
  const name = nameOf(user);
  return (
    <li className="row flex-wrap">
      <UserName user={user} isSelf={isSelf} hasLimits={limits.some(({ id }) => id === user.id)} />
      <div className="flex flex-wrap items-center gap-1.5">
        <select
          className="text-field small"
          aria-label={t('Role of {name}', { name })}
          value={user.role}
          disabled={isSelf}
          onChange={({ target }) => onChange({ role: readRole(target.value) })}
        >
          {listRoles().map(([role, label]) => (
            <option key={role} value={role}>
              {label}
            </option>
          ))}
        </select>
        <button
          type="button"
          className="quiet-button small"
          aria-label={t('Limits: {name}', { name })}
          aria-expanded={opened === 'limits'}
          onClick={toggle('limits')}
        >
          {t('Limits')}
        </button>
        {!isSelf && user.identity === null && (
          <button
            type="button"
            className="quiet-button small"
            aria-label={t('Reset password: {name}', { name })}
            aria-expanded={opened === 'password'}
            onClick={toggle('password')}
          >
            {t('Reset password')}
          </button>
        )}
        {!isSelf && user.disabled && (
          <button
            type="button"
            className="quiet-button small"
            aria-label={t('Enable: {name}', { name })}
            onClick={() => onChange({ disabled: false })}
          >
            {t('Enable')}
          </button>
        )}
        {!isSelf && !user.disabled && (
          <ConfirmButton
            label={t('Disable')}
            confirm={t('Yes, disable')}
            about={name}
            onConfirm={() => onChange({ disabled: true })}
          />
        )}
      </div>
      {opened === 'limits' && (
        <div className="w-full py-2">
          <LimitsForm
            label={t('Limits of {name}', { name })}
            userId={user.id}
            limits={limits}
            onChange={onLimits}
          />
        </div>
      )}
      {opened === 'password' && (
        <div className="w-full py-2">
          <Form
            label={t('New password of {name}', { name })}
            submit={t('Set password')}
            done={t('Password set. They are signed out everywhere.')}
            onSubmit={(fields) => onPassword(fieldText(fields, 'password'))}
          >
            <NewPasswordField />
          </Form>
        </div>
      )}
    </li>
  );
}
