import type { User } from '@sluice/shared';
import { Suspense, lazy, useCallback, useEffect } from 'react';
import { loadMarkCloser } from '../markdown/close-marks.ts';
import { loadPatiently } from '../ui/load-patiently.ts';
import { leaveHash, navigate, paletteHash, useHash } from '../ui/navigation.ts';
import type { Shortcut } from '../ui/read-shortcut.ts';
import { readPanel } from '../ui/route.ts';
import { useShortcuts } from '../ui/use-shortcuts.ts';

// Overlays are no part of the first load.
const SettingsDialog = lazy(async () => ({
  default: (await loadPatiently(() => import('../settings-dialog.tsx'))).SettingsDialog,
}));
const loadPalette = () => loadPatiently(() => import('./command-palette.tsx'));
const CommandPalette = lazy(async () => ({ default: (await loadPalette()).CommandPalette }));
const loadShortcuts = () => loadPatiently(() => import('./shortcuts-dialog.tsx'));
const ShortcutsDialog = lazy(async () => ({ default: (await loadShortcuts()).ShortcutsDialog }));

const shortcutsHash = '#shortcuts';
const overlays = {
  palette: { hash: paletteHash, load: loadPalette },
  shortcuts: { hash: shortcutsHash, load: loadShortcuts },
};

const PRELOAD_AFTER_MS = 1500;
/** As long as what is loaded takes to be drawn and to have the keyboard. */
const DRAWN_AFTER_MS = 50;

function holdKey(event: KeyboardEvent): void {
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** Until it is there, what is typed is meant for it, and not for what lies below. */
async function openOverlay({ hash, load }: (typeof overlays)[keyof typeof overlays]): Promise<void> {
  addEventListener('keydown', holdKey, { capture: true });
  try {
    await load();
    navigate(location.pathname + hash);
  } finally {
    setTimeout(() => removeEventListener('keydown', holdKey, { capture: true }), DRAWN_AFTER_MS);
  }
}

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
      else void openOverlay(overlays[shortcut]).catch(() => undefined);
    },
    [onNew],
  );
  useShortcuts(act);
  useEffect(() => {
    // What fails now is tried again when it is asked for.
    const preload = () =>
      void Promise.all([loadPalette(), loadShortcuts(), loadMarkCloser()]).catch(() => undefined);
    const timer = setTimeout(preload, PRELOAD_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);

  return (
    <Suspense>
      {panel !== null && <SettingsDialog user={user} panel={panel} />}
      {hash === paletteHash && <CommandPalette user={user} onNew={onNew} onClose={leaveHash} />}
      {hash === shortcutsHash && <ShortcutsDialog onClose={leaveHash} />}
    </Suspense>
  );
}
