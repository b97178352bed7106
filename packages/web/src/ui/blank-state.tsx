import type { ReactNode } from 'react';
import { Mark } from './mark.tsx';

interface BlankStateProps {
  title: string;
  lead: string;
  /** A way on. */
  children?: ReactNode;
}

/** In place of something that cannot be shown. */
export function BlankState({ title, lead, children }: BlankStateProps) {
  return (
    <div className="grid h-full place-content-center justify-items-center gap-2 px-6 text-center">
      <Mark className="size-11" />
      <h1 className="mt-3 text-2xl font-semibold tracking-tight text-balance">{title}</h1>
      <p className="mb-3 max-w-[26rem] text-ink-soft text-balance">{lead}</p>
      {children}
    </div>
  );
}
