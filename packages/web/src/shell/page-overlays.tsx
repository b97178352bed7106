import type { User } from '@sluice/shared';
import { Suspense, lazy, useCallback, useEffect, useRef } from 'react';
import { loadMarkCloser } from '../markdown/close-marks.ts';
import { ErrorBoundary } from '../ui/error-boundary.tsx';
import { loadPatiently } from '../ui/load-patiently.ts';
import { leaveHash, navigate, paletteHash, useHash } from '../ui/navigation.ts';
import { FaultDialog } from '../ui/page-fault.tsx';
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

/**
 * Until what is loaded has the keyboard, what is typed is meant for it, and not for what lies below.
 * @returns what ends it, and tells what was typed meanwhile
 */
function holdKeys(): () => string {
  let typed = '';
  const hold = (event: KeyboardEvent) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) typed += event.key;
  };
  addEventListener('keydown', hold, { capture: true });
  return () => {
    removeEventListener('keydown', hold, { capture: true });
    return typed;
  };
}

const nothingHeld = (): string => '';

interface PageOverlaysProps {
  user: User;
  onNew: () => void;
}

/** What a fragment opens over the page, and the keys that open it. */
export function PageOverlays({ user, onNew }: PageOverlaysProps) {
  const hash = useHash();
  const panel = readPanel(hash);
  const release = useRef(nothingHeld);
  const takeTyped = useCallback(() => {
    const typed = release.current();
    release.current = nothingHeld;
    return typed;
  }, []);
  const act = useCallback(
    (shortcut: Shortcut) => {
      // What a dialog is about is finished first.
      if (document.querySelector('dialog[open]') !== null) return;
      if (shortcut === 'new-chat') return onNew();
      takeTyped();
      release.current = holdKeys();
      const open = () => navigate(location.pathname + overlays[shortcut].hash);
      overlays[shortcut].load().then(open, takeTyped);
    },
    [onNew, takeTyped],
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
    <ErrorBoundary fallback={hash !== '' && <FaultDialog onClose={leaveHash} />} resetKey={hash}>
      <Suspense>
        {panel !== null && <SettingsDialog user={user} panel={panel} />}
        {hash === paletteHash && (
          <CommandPalette user={user} takeTyped={takeTyped} onNew={onNew} onClose={leaveHash} />
        )}
        {hash === shortcutsHash && <ShortcutsDialog onOpen={takeTyped} onClose={leaveHash} />}
      </Suspense>
    </ErrorBoundary>
  );
}
