import { Menu } from '@base-ui/react/menu';
import type { Conversation } from '@sluice/shared';
import { Icon, type IconName } from '../ui/icon.tsx';
import { t } from '../ui/text.ts';

export type ConversationAction =
  | 'rename'
  | 'pin'
  | 'share'
  | 'export-markdown'
  | 'export-json'
  | 'archive'
  | 'delete';

interface ConversationMenuProps {
  conversation: Conversation;
  anchor: HTMLElement;
  onAct: (action: ConversationAction) => void;
  onClose: () => void;
}

export function ConversationMenu({ conversation, anchor, onAct, onClose }: ConversationMenuProps) {
  const { pinned, archived } = conversation;
  const items: readonly { action: ConversationAction; label: string; icon: IconName }[] = [
    { action: 'rename', label: t('Rename'), icon: 'edit' },
    { action: 'pin', label: pinned ? t('Unpin') : t('Pin'), icon: 'pin' },
    { action: 'share', label: t('Share…'), icon: 'link' },
    { action: 'export-markdown', label: t('Export as Markdown'), icon: 'download' },
    { action: 'export-json', label: t('Export as JSON'), icon: 'download' },
    { action: 'archive', label: archived ? t('Unarchive') : t('Archive'), icon: 'archive' },
    { action: 'delete', label: t('Delete'), icon: 'trash' },
  ];
  return (
    <Menu.Root
      open
      modal={false}
      onOpenChange={(isOpen, { event }) => {
        // The button closes the menu by itself; closing it here too would open it again.
        const isOwnButton = event.target instanceof Node && anchor.contains(event.target);
        if (!isOpen && !(isOwnButton && event.type !== 'keydown')) onClose();
      }}
    >
      {/* Only what is inside an open modal dialog can be seen and reached. */}
      <Menu.Portal container={anchor.closest('dialog') ?? document.body}>
        <Menu.Positioner anchor={anchor} side="bottom" align="end" sideOffset={4} className="z-20">
          <Menu.Popup
            className="menu w-56"
            finalFocus={() => (anchor.isConnected ? anchor : false)}
            aria-label={t('Conversation options')}
          >
            <div className="menu-list">
              {items.map(({ action, label, icon }) => (
                <Menu.Item
                  key={action}
                  className={action === 'delete' ? 'menu-item text-danger' : 'menu-item'}
                  onClick={() => onAct(action)}
                >
                  <Icon name={icon} className="size-4 shrink-0" />
                  {label}
                </Menu.Item>
              ))}
            </div>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
