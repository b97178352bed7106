import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { Icon } from '../ui/icon.tsx';
import { storedValue } from '../ui/stored-value.ts';
import { readKey } from './composer-keys.ts';
import { focusComposer } from './focus-composer.ts';
import { useTypeAnywhere } from './use-type-anywhere.ts';

/** The second click of a double click on Send lands on Stop; this long after a send it means nothing. */
const DOUBLE_CLICK_MS = 500;

interface ComposerProps {
  /** What a draft is kept under. */
  draftKey: string;
  /** Whether an answer is on its way: Stop then stands where Send was. */
  isBusy: boolean;
  /** @returns whether it was sent */
  onSend: (text: string) => boolean;
  onStop: () => void;
  /** What stands beside the button. */
  children: ReactNode;
}

function isTouch(): boolean {
  return matchMedia('(pointer: coarse)').matches;
}

export function Composer({ draftKey, isBusy, onSend, onStop, children }: ComposerProps) {
  const stored = useMemo(() => storedValue(() => sessionStorage, `sluice.draft.${draftKey}`), [draftKey]);
  const [draft, setDraft] = useState(() => stored.read() ?? '');
  const area = useRef<HTMLTextAreaElement>(null);
  const sentAtMs = useRef(-Infinity);
  useTypeAnywhere(area);

  useEffect(focusComposer, []);

  const change = (text: string) => {
    setDraft(text);
    stored.write(text);
  };
  const send = () => {
    if (!onSend(draft)) return;
    sentAtMs.current = performance.now();
    change('');
    focusComposer();
  };
  const press = (event: MouseEvent) => {
    if (!isBusy) return send();
    const isSecondOfTwo = event.detail > 1 && performance.now() - sentAtMs.current < DOUBLE_CLICK_MS;
    if (!isSecondOfTwo) onStop();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const { key, shiftKey, keyCode, nativeEvent } = event;
    const press = { key, shiftKey, keyCode, isComposing: nativeEvent.isComposing };
    const meaning = readKey(press, { isTouch: isTouch() });
    if (meaning === null) return;
    event.preventDefault();
    if (meaning === 'stop') onStop();
    else send();
  };

  return (
    <div className="composer">
      <textarea
        ref={area}
        id="composer"
        aria-label="Message"
        className="composer-text"
        placeholder="Ask anything"
        rows={1}
        value={draft}
        onChange={({ target }) => change(target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="flex items-center gap-2">
        <div className="min-w-0 flex-1">{children}</div>
        <button
          type="button"
          aria-label={isBusy ? 'Stop' : 'Send'}
          title={isBusy ? 'Stop (Esc)' : 'Send (Enter)'}
          className="send-button"
          data-busy={isBusy || undefined}
          disabled={!isBusy && draft.trim() === ''}
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
