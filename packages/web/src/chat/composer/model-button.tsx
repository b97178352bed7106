import { Suspense, lazy, useEffect, useRef, useState } from 'react';
import { Icon } from '../../ui/icon.tsx';
import { loadPatiently } from '../../ui/load-patiently.ts';
import { t } from '../../ui/text.ts';
import { modelName } from './model-choice.ts';
import type { ChatChoice } from '../settings/use-chat-settings.ts';

const loadMenu = () => loadPatiently(() => import('./model-menu.tsx'));
// Overlays are no part of the first load.
const ModelMenu = lazy(async () => ({ default: (await loadMenu()).ModelMenu }));

const PRELOAD_AFTER_MS = 1500;

export function ModelButton({ choice }: { choice: ChatChoice }) {
  const [isOpen, setIsOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const { list, model, isMissing, isKnown } = choice;

  useEffect(() => {
    // A failed preload is tried again when the menu is opened.
    const timer = setTimeout(() => void loadMenu().catch(() => undefined), PRELOAD_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);

  const value = list === undefined && model === undefined ? '…' : modelName(list, model ?? '');
  return (
    <>
      <button
        ref={button}
        type="button"
        className="model-button"
        aria-label={t('Model')}
        aria-description={value}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        disabled={list === undefined || !isKnown}
        onClick={() => setIsOpen(!isOpen)}
      >
        <span className="truncate">{isMissing ? t('Models could not be loaded') : value}</span>
        <Icon name="chevron" className="size-4 shrink-0" />
      </button>
      {isOpen && list !== undefined && (
        <Suspense>
          <ModelMenu
            anchor={button}
            models={list.models}
            value={model ?? ''}
            onChoose={choice.choose}
            onClose={() => setIsOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
}
