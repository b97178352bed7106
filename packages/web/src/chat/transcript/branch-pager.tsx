import { Icon } from '../../ui/icon.tsx';
import { t } from '../../ui/text.ts';
import type { Place } from './turn-tree.ts';

interface BranchPagerProps {
  place: Place;
  isDisabled: boolean;
  onChoose: (turnId: string) => void;
}

/** Steps through the versions of one turn. */
export function BranchPager({ place, isDisabled, onChoose }: BranchPagerProps) {
  const { siblingIds, index } = place;
  if (siblingIds.length < 2) return null;
  const step = (label: string, icon: 'left' | 'right', to: number) => {
    const id = siblingIds[to];
    return (
      <button
        type="button"
        className="icon-button"
        aria-label={label}
        disabled={isDisabled || id === undefined}
        onClick={() => id !== undefined && onChoose(id)}
      >
        <Icon name={icon} className="size-4" />
      </button>
    );
  };
  return (
    <span className="flex items-center text-sm text-ink-soft tabular-nums">
      {step(t('Previous version'), 'left', index - 1)}
      {index + 1}/{siblingIds.length}
      {step(t('Next version'), 'right', index + 1)}
    </span>
  );
}
