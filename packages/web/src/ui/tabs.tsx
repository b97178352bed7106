import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from 'react';

interface TabsProps<Name extends string> {
  label: string;
  tabs: readonly { name: Name; label: string }[];
  current: Name;
  onChoose: (name: Name) => void;
  /** Of the current tab. */
  children: ReactNode;
}

const steps: Record<string, (index: number, count: number) => number> = {
  ArrowLeft: (index, count) => (index + count - 1) % count,
  ArrowRight: (index, count) => (index + 1) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** One panel of several (WAI-ARIA, tabs pattern): arrow keys go from tab to tab. */
export function Tabs<Name extends string>({ label, tabs, current, onChoose, children }: TabsProps<Name>) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  // There may be more tabs than fit.
  useEffect(() => {
    const show = () =>
      list.current
        ?.querySelector('[aria-selected=true]')
        ?.scrollIntoView({ block: 'nearest', inline: 'center' });
    // A dialog around it opens after this.
    const frame = requestAnimationFrame(show);
    return () => cancelAnimationFrame(frame);
  }, [current]);
  const onKeyDown = ({ key, currentTarget }: KeyboardEvent<HTMLDivElement>) => {
    const index = tabs.findIndex(({ name }) => name === current);
    const to = steps[key]?.(index, tabs.length);
    const next = to === undefined ? undefined : tabs[to];
    if (next === undefined || to === undefined) return;
    onChoose(next.name);
    currentTarget.querySelectorAll('button')[to]?.focus();
  };
  return (
    <>
      <div ref={list} role="tablist" aria-label={label} className="tabs" onKeyDown={onKeyDown}>
        {tabs.map(({ name, label: text }) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-${name}`}
            aria-selected={name === current}
            aria-controls={`${id}-panel`}
            tabIndex={name === current ? 0 : -1}
            data-focus-first={name === current || undefined}
            className="tab"
            onClick={() => onChoose(name)}
          >
            {text}
          </button>
        ))}
      </div>
      <div
        key={current}
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${current}`}
        className="tab-panel"
      >
        {children}
      </div>
    </>
  );
}
