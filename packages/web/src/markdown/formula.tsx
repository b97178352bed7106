import { type ReactNode, type RefObject, memo, useEffect, useState } from 'react';
import { t, useLanguage } from '../ui/text.ts';
import { loadFormula, readFormula } from './formula-cache.ts';
import { useNear } from './use-near.ts';

interface FormulaProps {
  tex: string;
  isDisplay: boolean;
  isBlock: boolean;
  /** Its end has not come yet. */
  isOpen: boolean;
}

/** A formula: its source until it is whole and has been set, and for good when it is none. */
export const Formula = memo(function Formula({ tex, isDisplay, isBlock, isOpen }: FormulaProps) {
  useLanguage();
  const [ref, isNear] = useNear<HTMLElement>();
  const [set, setSet] = useState<{ tex: string; drawn: ReactNode | null } | null>(null);
  const known = isOpen ? undefined : set?.tex === tex ? set.drawn : readFormula(tex, isDisplay);
  const isWanted = isNear && !isOpen && known === undefined;

  useEffect(() => {
    if (!isWanted) return;
    let isCurrent = true;
    const load = async () => {
      const drawn = await loadFormula(tex, isDisplay);
      if (isCurrent) setSet({ tex, drawn });
    };
    void load();
    return () => {
      isCurrent = false;
    };
  }, [isWanted, tex, isDisplay]);

  const content = known ?? (
    <code className="formula-source">{known === null ? sourceOf(tex, isDisplay) : tex}</code>
  );
  if (!isBlock) {
    return (
      <span ref={ref} className={isDisplay ? 'formula-display' : undefined}>
        {content}
      </span>
    );
  }
  const isWaiting = known === undefined;
  return (
    <div
      ref={ref as RefObject<HTMLDivElement | null>}
      className="formula-box"
      data-waiting={isWaiting || undefined}
      tabIndex={0}
      role="group"
      aria-label={t('Formula')}
    >
      {content}
    </div>
  );
});

/** As it was written, but for the signs it stood between. */
function sourceOf(tex: string, isDisplay: boolean): string {
  return isDisplay ? `$$${tex}$$` : `$${tex}$`;
}
