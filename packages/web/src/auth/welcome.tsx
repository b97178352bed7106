import type { ReactNode } from 'react';
import { Mark } from '../ui/mark.tsx';

interface WelcomeProps {
  title: string;
  lead: string;
  children: ReactNode;
  footnote?: ReactNode;
}

/** The page before anyone is signed in. */
export function Welcome({ title, lead, children, footnote }: WelcomeProps) {
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-10">
      <div className="w-full max-w-[25rem]">
        <Mark className="mx-auto size-12" />
        <h1 className="mt-5 text-center text-2xl font-semibold tracking-tight">{title}</h1>
        <p className="mt-1.5 text-center text-ink-soft text-balance">{lead}</p>
        <div className="auth-card">{children}</div>
        {footnote !== undefined && (
          <p className="mt-5 text-center text-sm text-ink-soft text-balance">{footnote}</p>
        )}
      </div>
    </main>
  );
}
