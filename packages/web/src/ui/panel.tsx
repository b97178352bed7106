import { type ReactNode, useId } from 'react';

interface PanelProps {
  title: string;
  lead?: ReactNode;
  children: ReactNode;
}

/** A titled part of a dialog. */
export function Panel({ title, lead, children }: PanelProps) {
  const titleId = useId();
  return (
    <section aria-labelledby={titleId} className="panel">
      <h3 id={titleId} className="font-semibold">
        {title}
      </h3>
      {lead !== undefined && <p className="mt-0.5 text-[0.9375rem] text-ink-soft text-pretty">{lead}</p>}
      <div className="mt-4">{children}</div>
    </section>
  );
}
