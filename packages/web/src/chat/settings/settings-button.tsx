import { Suspense, lazy, useState } from 'react';
import { Icon } from '../../ui/icon.tsx';
import { loadPatiently } from '../../ui/load-patiently.ts';
import { t } from '../../ui/text.ts';
import { isChanged } from './fit-settings.ts';
import type { ChatChoice } from './use-chat-settings.ts';

// Overlays are no part of the first load.
const ChatSettingsDialog = lazy(async () => ({
  default: (await loadPatiently(() => import('./chat-settings-dialog.tsx'))).ChatSettingsDialog,
}));

/** Opens what is set for this chat; marked when that is not the default. */
export function SettingsButton({ choice }: { choice: ChatChoice }) {
  const [isOpen, setIsOpen] = useState(false);
  const isMarked = isChanged(choice.kept);
  return (
    <>
      <button
        type="button"
        className="icon-button relative size-9 shrink-0 rounded-full"
        aria-label={t('Chat settings')}
        aria-description={isMarked ? t('Not the default') : undefined}
        aria-haspopup="dialog"
        title={isMarked ? t('Chat settings: not the default') : t('Chat settings')}
        disabled={!choice.isKnown}
        onClick={() => setIsOpen(true)}
      >
        <Icon name="settings" />
        {isMarked && <span className="absolute top-1.5 right-1.5 size-2 rounded-full bg-accent" />}
      </button>
      <Suspense>{isOpen && <ChatSettingsDialog choice={choice} onClose={() => setIsOpen(false)} />}</Suspense>
    </>
  );
}
