import { useEffect, useState } from 'react';

/** How long the second press is waited for. */
const ARMED_MS = 5000;

interface ConfirmButtonProps {
  label: string;
  /** What stands there after the first press. */
  confirm: string;
  /** What it is about, for those who hear the button alone. */
  about?: string;
  onConfirm: () => void;
}

/** For what cannot be undone: it takes two presses. */
export function ConfirmButton({ label, confirm, about, onConfirm }: ConfirmButtonProps) {
  const [isArmed, setIsArmed] = useState(false);
  useEffect(() => {
    if (!isArmed) return;
    const timer = setTimeout(() => setIsArmed(false), ARMED_MS);
    return () => clearTimeout(timer);
  }, [isArmed]);
  const press = () => {
    setIsArmed(!isArmed);
    if (isArmed) onConfirm();
  };
  const text = isArmed ? confirm : label;
  return (
    <button
      type="button"
      className={`quiet-button small ${isArmed ? 'text-danger' : ''}`}
      aria-label={about === undefined ? undefined : `${text}: ${about}`}
      onClick={press}
      onBlur={() => setIsArmed(false)}
    >
      {text}
    </button>
  );
}
