import { useEffect, useState } from 'react';
import { announce } from './announcement.ts';
import { copyText } from './copy-text.ts';
import { Icon } from './icon.tsx';
import { t } from './text.ts';

const CONFIRMED_MS = 2000;

interface CopyButtonProps {
  /** The accessible name. */
  label: string;
  text: string;
}

export function CopyButton({ label, text }: CopyButtonProps) {
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setIsCopied(false), CONFIRMED_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async () => {
    const isDone = await copyText(text);
    setIsCopied(isDone);
    announce(isDone ? t('Copied') : t('Copying was refused by the browser'));
  };
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      title={label}
      onClick={() => void copy()}
    >
      <Icon name={isCopied ? 'check' : 'copy'} />
    </button>
  );
}
