import { Menu } from '@base-ui/react/menu';
import type { Model } from '@sluice/shared';
import type { RefObject } from 'react';
import { Icon } from '../ui/icon.tsx';
import { describeModel, groupModels } from './model-choice.ts';

/** From this many models on, typing to find one beats looking. */
const SEARCHED_FROM = 8;

interface ModelMenuProps {
  anchor: RefObject<HTMLButtonElement | null>;
  models: readonly Model[];
  value: string;
  onChoose: (id: string) => void;
  onClose: () => void;
}

export function ModelMenu({ anchor, models, value, onChoose, onClose }: ModelMenuProps) {
  const isSearched = models.length >= SEARCHED_FROM;
  const menu = (
    <Menu.Root
      open
      modal={false}
      onOpenChange={(isOpen, { event }) => {
        // The button closes the menu by itself; closing it here too would open it again.
        const isOwnButton = event.target instanceof Node && anchor.current?.contains(event.target) === true;
        if (!isOpen && !(isOwnButton && event.type !== 'keydown')) onClose();
      }}
    >
      <Menu.Portal>
        <Menu.Positioner anchor={anchor} side="top" align="start" sideOffset={8} className="z-20">
          <Menu.Popup className="menu" finalFocus={anchor} aria-label="Models">
            {isSearched && (
              <Menu.Input className="menu-search" aria-label="Find a model" placeholder="Find a model" />
            )}
            {isSearched && <Menu.Empty className="menu-empty">No model of that name.</Menu.Empty>}
            {isSearched ? (
              <Menu.List className="menu-list">
                <ModelItems models={models} value={value} onChoose={onChoose} />
              </Menu.List>
            ) : (
              <div className="menu-list">
                <ModelItems models={models} value={value} onChoose={onChoose} />
              </div>
            )}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
  return isSearched ? <Menu.FilterProvider>{menu}</Menu.FilterProvider> : menu;
}

function ModelItems({ models, value, onChoose }: Pick<ModelMenuProps, 'models' | 'value' | 'onChoose'>) {
  return (
    <Menu.RadioGroup value={value} onValueChange={onChoose}>
      {groupModels(models).map((group) => (
        <Menu.Group key={group.id} className="menu-group">
          <Menu.GroupLabel className="menu-label">{group.label}</Menu.GroupLabel>
          {group.models.map((model) => (
            <Menu.RadioItem
              key={model.id}
              value={model.id}
              label={model.name}
              disabled={!model.available}
              closeOnClick
              className="menu-item"
            >
              <span className="min-w-0 flex-1">
                <span className="block truncate">{model.name}</span>
                <span className="block text-[0.8125rem] text-ink-soft">{describeModel(model)}</span>
              </span>
              <Menu.RadioItemIndicator>
                <Icon name="check" className="size-4 text-accent" />
              </Menu.RadioItemIndicator>
            </Menu.RadioItem>
          ))}
        </Menu.Group>
      ))}
    </Menu.RadioGroup>
  );
}
