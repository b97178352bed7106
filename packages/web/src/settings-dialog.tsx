import type { User } from '@sluice/shared';
import { type ComponentType, Suspense, lazy } from 'react';
import { Dialog } from './ui/dialog.tsx';
import { loadPatiently } from './ui/load-patiently.ts';
import { leaveHash, navigate } from './ui/navigation.ts';
import type { SettingsPanel } from './ui/route.ts';
import { Tabs } from './ui/tabs.tsx';
import { t } from './ui/text.ts';

type PanelView = ComponentType<{ user: User }>;

function lazyPanel(load: () => Promise<PanelView>) {
  return lazy(async () => ({ default: await loadPatiently(load) }));
}

const panels = {
  account: lazyPanel(async () => (await import('./settings/account-panel.tsx')).AccountPanel),
  tokens: lazyPanel(async () => (await import('./settings/tokens-panel.tsx')).TokensPanel),
  usage: lazyPanel(async () => (await import('./usage/usage-panel.tsx')).UsagePanel),
  users: lazyPanel(async () => (await import('./admin/users-panel.tsx')).UsersPanel),
  models: lazyPanel(async () => (await import('./admin/catalogue-panel.tsx')).CataloguePanel),
} satisfies Record<SettingsPanel, unknown>;

type SettingsTab = { name: SettingsPanel; label: string };

function listTabs({ role }: User): readonly SettingsTab[] {
  const own: readonly SettingsTab[] = [
    { name: 'account', label: t('Account') },
    { name: 'tokens', label: t('API tokens') },
    { name: 'usage', label: t('Usage') },
  ];
  if (role !== 'admin') return own;
  return [...own, { name: 'users', label: t('Users') }, { name: 'models', label: t('Models') }];
}

/** One's account and what belongs to it, over the page. Its panels are loaded when they are looked at. */
export function SettingsDialog({ user, panel }: { user: User; panel: SettingsPanel }) {
  const offered = listTabs(user);
  const current = offered.find(({ name }) => name === panel)?.name ?? 'account';
  const View = panels[current];
  return (
    <Dialog title={t('Settings')} className="settings" onClose={leaveHash}>
      <Tabs
        label={t('Settings')}
        tabs={offered}
        current={current}
        onChoose={(name) => navigate(`${location.pathname}#${name}`, { isReplacing: true })}
      >
        <Suspense fallback={<p className="late text-ink-soft">{t('Loading…')}</p>}>
          <View user={user} />
        </Suspense>
      </Tabs>
    </Dialog>
  );
}
