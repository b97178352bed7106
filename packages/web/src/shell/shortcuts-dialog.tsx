import { useEffect } from 'react';
import { Dialog } from '../ui/dialog.tsx';
import { t } from '../ui/text.ts';

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** All keys that mean something here. */
export function ShortcutsDialog({ onOpen, onClose }: { onOpen: () => void; onClose: () => void }) {
  useEffect(() => {
    onOpen();
  }, [onOpen]);
  const command = isMac ? '⌘' : t('Ctrl');
  const shortcuts: readonly (readonly [keys: readonly string[], what: string])[] = [
    [['Enter'], t('Send the message')],
    [['Shift', 'Enter'], t('Break the line')],
    [['Esc'], t('Stop the answer')],
    [['↑'], t('In an empty message: edit the last one')],
    [[t('End')], t('Go to the latest and follow it')],
    [[command, 'Shift', 'O'], t('New chat')],
    [[command, 'K'], t('Find a conversation or a command')],
    [['F2'], t('In the list: rename the conversation')],
    [[t('Del')], t('In the list: delete the conversation')],
    [['?'], t('Show this list')],
  ];
  return (
    <Dialog title={t('Keyboard shortcuts')} onClose={onClose}>
      <dl className="shortcuts">
        {shortcuts.map(([keys, what]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
