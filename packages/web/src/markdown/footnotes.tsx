import { type ReactNode, createContext, useContext } from 'react';
import { t, useLanguage } from '../ui/text.ts';

/** The footnotes of one answer, for the marks in its text. */
export interface FootnoteScope {
  /** Keeps the ids of one answer apart from those of others. */
  prefix: string;
  labels: ReadonlySet<string>;
  /** Whether no more will come: a mark without its footnote is then text. */
  isWhole: boolean;
}

export const FootnoteContext = createContext<FootnoteScope>({ prefix: '', labels: new Set(), isWhole: true });

const noteId = (prefix: string, label: string) => `${prefix}-note-${label}`;
const markId = (prefix: string, label: string) => `${prefix}-mark-${label}`;

/** A step within the answer, which leaves the page's address alone. */
function Jump({ to, label, children }: { to: string; label: string; children: ReactNode }) {
  return (
    <a
      href={`#${to}`}
      aria-label={label}
      onClick={(event) => {
        event.preventDefault();
        const target = document.getElementById(to);
        target?.scrollIntoView({ block: 'center' });
        target?.focus({ preventScroll: true });
      }}
    >
      {children}
    </a>
  );
}

export function FootnoteMark({ label }: { label: string }) {
  useLanguage();
  const { prefix, labels, isWhole } = useContext(FootnoteContext);
  if (!labels.has(label)) return isWhole ? `[^${label}]` : <sup>{label}</sup>;
  return (
    <sup id={markId(prefix, label)} tabIndex={-1}>
      <Jump to={noteId(prefix, label)} label={t('Footnote {label}', { label })}>
        {label}
      </Jump>
    </sup>
  );
}

interface FootnotesProps {
  notes: readonly { label: string; content: ReactNode }[];
}

/** What stands below an answer. */
export function Footnotes({ notes }: FootnotesProps) {
  useLanguage();
  const { prefix } = useContext(FootnoteContext);
  return (
    <section className="footnotes" aria-label={t('Footnotes')}>
      {notes.map(({ label, content }) => (
        <div key={label} id={noteId(prefix, label)} tabIndex={-1} className="footnote">
          <span className="footnote-label">{label}</span>
          <div>
            {content}{' '}
            <Jump to={markId(prefix, label)} label={t('Back to the text')}>
              ↩
            </Jump>
          </div>
        </div>
      ))}
    </section>
  );
}
