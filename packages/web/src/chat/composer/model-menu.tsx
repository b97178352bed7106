import { Menu } from '@base-ui/react/menu';
import type { Model } from '@sluice/shared';
import type { RefObject } from 'react';
import { describeAbsence } from '../../api/describe-absence.ts';
import { Icon } from '../../ui/icon.tsx';
import { t } from '../../ui/text.ts';
import { describeModel } from './describe-model.ts';
import { groupModels } from './model-choice.ts';

interface ModelMenuProps {
  anchor: RefObject<HTMLButtonElement | null>;
  models: readonly Model[];
  value: string;
  onChoose: (id: string) => void;
  onClose: () => void;
}

export function ModelMenu({ anchor, models, value, onChoose, onClose }: ModelMenuProps) {
  return (
    <Menu.FilterProvider autoHighlight>
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
            <Menu.Popup className="menu" finalFocus={anchor} aria-label={t('Models')}>
              <Menu.Input
                className="menu-search"
                aria-label={t('Find a model')}
                placeholder={t('Find a model')}
              />
              <Menu.Empty className="menu-empty">{t('No model of that name.')}</Menu.Empty>
              <Menu.List className="menu-list" aria-label={t('Models')}>
                <ModelItems models={models} value={value} onChoose={onChoose} />
              </Menu.List>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
    </Menu.FilterProvider>
  );
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
              // What is searched: ids are how models are known elsewhere.
              label={`${model.name} ${model.id} ${group.label}`}
              disabled={!model.available}
              closeOnClick
              className="menu-item"
            >
              <span className="min-w-0 flex-1">
                <span className="flex items-baseline">
                  <span className="truncate">{model.name}</span>
                  {model.capabilities.images && <span className="badge">{t('Images')}</span>}
                  {model.capabilities.reasoning && <span className="badge">{t('Reasoning')}</span>}
                </span>
                <span className="block text-[0.8125rem] text-ink-soft">
                  {describeAbsence(model, models) ?? describeModel(model)}
                </span>
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
