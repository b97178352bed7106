import type { Limit, LimitChange, ManagedUser, ManagedUserChanges } from '@sluice/shared';
import { useState } from 'react';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { fieldText } from '../ui/field-text.ts';
import { Form } from '../ui/form.tsx';
import { LimitsForm } from './limits-form.tsx';
import { NewPasswordField } from './new-password-field.tsx';
import { readRole, roles } from './roles.ts';

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
        {isSelf && <span className="badge">You</span>}
        {user.disabled && <span className="badge">Disabled</span>}
      </p>
      <p className="text-sm text-ink-soft">
        {[
          user.name,
          user.identity?.issuer,
          user.hasPassword ? null : 'no password',
          hasLimits ? 'limits of their own' : null,
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
          aria-label={`Role of ${name}`}
          value={user.role}
          disabled={isSelf}
          onChange={({ target }) => onChange({ role: readRole(target.value) })}
        >
          {roles.map(([role, label]) => (
            <option key={role} value={role}>
              {label}
            </option>
          ))}
        </select>
        <button
          type="button"
          className="quiet-button small"
          aria-label={`Limits: ${name}`}
          aria-expanded={opened === 'limits'}
          onClick={toggle('limits')}
        >
          Limits
        </button>
        {!isSelf && user.identity === null && (
          <button
            type="button"
            className="quiet-button small"
            aria-label={`Reset password: ${name}`}
            aria-expanded={opened === 'password'}
            onClick={toggle('password')}
          >
            Reset password
          </button>
        )}
        {!isSelf && user.disabled && (
          <button
            type="button"
            className="quiet-button small"
            aria-label={`Enable: ${name}`}
            onClick={() => onChange({ disabled: false })}
          >
            Enable
          </button>
        )}
        {!isSelf && !user.disabled && (
          <ConfirmButton
            label="Disable"
            confirm="Yes, disable"
            about={name}
            onConfirm={() => onChange({ disabled: true })}
          />
        )}
      </div>
      {opened === 'limits' && (
        <div className="w-full py-2">
          <LimitsForm label={`Limits of ${name}`} userId={user.id} limits={limits} onChange={onLimits} />
        </div>
      )}
      {opened === 'password' && (
        <div className="w-full py-2">
          <Form
            label={`New password of ${name}`}
            submit="Set password"
            done="Password set. They are signed out everywhere."
            onSubmit={(fields) => onPassword(fieldText(fields, 'password'))}
          >
            <NewPasswordField />
          </Form>
        </div>
      )}
    </li>
  );
}
