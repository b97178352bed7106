import { type KeyboardEvent, type MouseEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { Icon } from '../../ui/icon.tsx';
import { t } from '../../ui/text.ts';
import type { ChatDraft } from '../chat-draft.ts';
import type { Draft } from '../chat-store.ts';
import { pressOf, readKey } from './composer-keys.ts';
import { ComposerImages, ImagePicker } from './composer-images.tsx';
import { focusComposer } from '../focus-composer.ts';
import type { ImageDraft } from './image-draft.ts';
import { isServerThere } from '../is-server-there.ts';
import { isTouch } from '../is-touch.ts';
import { useImageDraft } from './use-image-draft.ts';
import { useTextDraft } from './use-text-draft.ts';
import { useTypeAnywhere } from './use-type-anywhere.ts';

/** The second click of a double click on Send lands on Stop; this long after a send it means nothing. */
const DOUBLE_CLICK_MS = 500;

interface ComposerProps {
  textDraft: ChatDraft;
  imageDraft: ImageDraft;
  /** The model's name, where it takes no images; null where it does, or where that is not known. */
  imagelessModel: string | null;
  /** Whether an answer is on its way: Stop then stands where Send was. */
  isBusy: boolean;
  /** @returns whether it was sent */
  onSend: (draft: Draft) => boolean;
  onStop: () => void;
  onEditLast: () => void;
  /** What stands beside the button. */
  children: ReactNode;
}

export function Composer(props: ComposerProps) {
  const { textDraft, imageDraft, imagelessModel, isBusy, onSend, onStop, onEditLast, children } = props;
  const [text, setText] = useTextDraft(textDraft);
  const images = useImageDraft(imageDraft, imagelessModel);
  const [isUnsent, setIsUnsent] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const sentAtMs = useRef(-Infinity);
  useTypeAnywhere(area);
  useEffect(focusComposer, []);

  const change = (next: string) => {
    setText(next);
    setIsUnsent(false);
  };
  const isReady = images.isReady && (text.trim() !== '' || images.list.length > 0);
  const sendNow = () => {
    if (!isReady || !onSend({ text, images: images.list })) return;
    sentAtMs.current = performance.now();
    change('');
    images.clear();
    focusComposer();
  };
  const send = () => {
    // What is sent into nothing is lost; the draft is not.
    if (navigator.onLine) return sendNow();
    void isServerThere().then((isThere) => (isThere ? sendNow() : setIsUnsent(true)));
  };
  const press = (event: MouseEvent) => {
    if (!isBusy) return send();
    const isSecondOfTwo = event.detail > 1 && performance.now() - sentAtMs.current < DOUBLE_CLICK_MS;
    if (!isSecondOfTwo) onStop();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const isEmpty = text === '' && images.list.length === 0;
    const meaning = readKey(pressOf(event), { isTouch: isTouch(), isEmpty });
    if (meaning === null) return;
    event.preventDefault();
    if (meaning === 'stop') onStop();
    else if (meaning === 'send') send();
    else onEditLast();
  };

  return (
    <div className="composer">
      {isUnsent && (
        <div role="alert" className="composer-note">
          <p>{t('You are offline. The message was not sent, and is kept.')}</p>
          <button type="button" className="quiet-button small" onClick={send}>
            {t('Retry')}
          </button>
        </div>
      )}
      <ComposerImages draft={images} />
      <textarea
        ref={area}
        id="composer"
        aria-label={t('Message')}
        className="composer-text"
        placeholder={t('Ask anything')}
        rows={1}
        value={text}
        onChange={({ target }) => change(target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="flex items-center gap-1">
        <ImagePicker onFiles={images.add} />
        <div className="min-w-0 flex-1">{children}</div>
        <button
          type="button"
          aria-label={isBusy ? t('Stop') : t('Send')}
          title={isBusy ? t('Stop (Esc)') : t('Send (Enter)')}
          className="send-button"
          data-busy={isBusy || undefined}
          disabled={!isBusy && !isReady}
          // The keyboard stays with the draft, whatever the button turns into.
          onMouseDown={(event) => event.preventDefault()}
          onClick={press}
        >
          <Icon name={isBusy ? 'stop' : 'send'} className="size-5" />
        </button>
      </div>
    </div>
  );
}
