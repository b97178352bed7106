import { Autocomplete } from '@base-ui/react/autocomplete';
import type { User } from '@sluice/shared';
import { useDeferredValue, useEffect, useState } from 'react';
import { titleOf } from '../conversations/group-conversations.ts';
import { useConversationList } from '../conversations/use-conversation-list.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { leaveHash, navigate, paletteHash } from '../ui/navigation.ts';
import { chatPath } from '../ui/route.ts';
import { t } from '../ui/text.ts';
import { type Command, listCommands } from './commands.ts';

/** As many as one looks through; typing on narrows it down. */
const MAX_CONVERSATIONS = 20;

interface CommandPaletteProps {
  user: User;
  /** Called when it has the keyboard. @returns what was typed for it before */
  takeTyped: () => string;
  onNew: () => void;
  onClose: () => void;
}

function useCommands({ user, onNew }: CommandPaletteProps, words: string) {
  const { conversations } = useConversationList({ q: useDeferredValue(words.trim()), archived: false });
  const isMeant = ({ label }: Command) => label.toLowerCase().includes(words.trim().toLowerCase());
  const found = conversations.slice(0, MAX_CONVERSATIONS).map((conversation): Command => ({
    id: conversation.id,
    label: titleOf(conversation),
    icon: 'search',
    run: () => navigate(chatPath(conversation.id, conversation.snippet?.messageId)),
  }));
  return [
    { label: t('Commands'), items: listCommands(user, onNew).filter(isMeant) },
    { label: t('Conversations'), items: found },
  ].filter(({ items }) => items.length > 0);
}

/** Goes anywhere by a few letters. */
export function CommandPalette(props: CommandPaletteProps) {
  const [words, setWords] = useState('');
  const { takeTyped } = props;
  useEffect(() => setWords((later) => takeTyped() + later), [takeTyped]);
  const groups = useCommands(props, words);
  const run = (command: Command) => {
    command.run();
    if (location.hash === paletteHash) leaveHash();
  };
  return (
    <Dialog title={t('Find')} className="palette" onClose={props.onClose}>
      <Autocomplete.Root
        open
        inline
        items={groups}
        mode="none"
        autoHighlight="always"
        keepHighlight
        value={words}
        onValueChange={setWords}
        itemToStringValue={({ label }: Command) => label}
      >
        <Autocomplete.Input
          className="menu-search"
          aria-label={t('Find a conversation or a command')}
          placeholder={t('Find a conversation or a command')}
          data-focus-first
        />
        <Autocomplete.Empty className="menu-empty">{t('Nothing of that name.')}</Autocomplete.Empty>
        <Autocomplete.List className="menu-list">
          {(group: (typeof groups)[number]) => (
            <Autocomplete.Group key={group.label} items={group.items}>
              <Autocomplete.GroupLabel className="menu-label">{group.label}</Autocomplete.GroupLabel>
              <Autocomplete.Collection>
                {(command: Command) => (
                  <Autocomplete.Item
                    key={command.id}
                    value={command}
                    className="menu-item"
                    onClick={() => run(command)}
                  >
                    <Icon name={command.icon} className="size-4 shrink-0 text-ink-soft" />
                    <span className="truncate">{command.label}</span>
                  </Autocomplete.Item>
                )}
              </Autocomplete.Collection>
            </Autocomplete.Group>
          )}
        </Autocomplete.List>
      </Autocomplete.Root>
    </Dialog>
  );
}
