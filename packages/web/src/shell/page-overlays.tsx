import type { User } from '@sluice/shared';
import { Suspense, lazy, useCallback } from 'react';
import { loadPatiently } from '../ui/load-patiently.ts';
import { leaveHash, navigate, paletteHash, useHash } from '../ui/navigation.ts';
import type { Shortcut } from '../ui/read-shortcut.ts';
import { readPanel } from '../ui/route.ts';
import { useShortcuts } from '../ui/use-shortcuts.ts';

// Overlays are no part of the first load.
const SettingsDialog = lazy(async () => ({
  default: (await loadPatiently(() => import('../settings-dialog.tsx'))).SettingsDialog,
}));
const CommandPalette = lazy(async () => ({
  default: (await loadPatiently(() => import('./command-palette.tsx'))).CommandPalette,
}));
const ShortcutsDialog = lazy(async () => ({
  default: (await loadPatiently(() => import('./shortcuts-dialog.tsx'))).ShortcutsDialog,
}));

const shortcutsHash = '#shortcuts';
const hashes = { palette: paletteHash, shortcuts: shortcutsHash };

interface PageOverlaysProps {
  user: User;
  onNew: () => void;
}

/** What a fragment opens over the page, and the keys that open it. */
export function PageOverlays({ user, onNew }: PageOverlaysProps) {
  const hash = useHash();
  const panel = readPanel(hash);
  const act = useCallback(
    (shortcut: Shortcut) => {
      // What a dialog is about is finished first.
      if (document.querySelector('dialog[open]') !== null) return;
      if (shortcut === 'new-chat') onNew();
      else navigate(location.pathname + hashes[shortcut]);
    },
    [onNew],
  );
  useShortcuts(act);

  return (
    <Suspense>
      {panel !== null && <SettingsDialog user={user} panel={panel} />}
      {hash === paletteHash && <CommandPalette user={user} onNew={onNew} onClose={leaveHash} />}
      {hash === shortcutsHash && <ShortcutsDialog onClose={leaveHash} />}
    </Suspense>
  );
}
