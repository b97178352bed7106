import { Fragment, memo, useContext, useState } from 'react';
import { CopyButton } from '../ui/copy-button.tsx';
import { Icon } from '../ui/icon.tsx';
import { t, useLanguage } from '../ui/text.ts';
import { RUN_LINES } from './code-ink.ts';
import { GrowingContext } from './growing-context.ts';
import type { InkLine } from './ink-message.ts';
import { useCodeInk } from './use-code-ink.ts';
import { useNear } from './use-near.ts';

/** As many lines as fit in 400 px; code with more is folded. */
const FOLDED_LINES = 16;

const CodeLine = memo(function CodeLine({ line }: { line: InkLine }) {
  return (
    <>
      {line.map(([text, kind], index) =>
        kind === null ? (
          text
        ) : (
          <span key={index} className={`ink-${kind}`}>
            {text}
          </span>
        ),
      )}
      {'\n'}
    </>
  );
});

interface CodeRunProps {
  /** Its first lines, which have their colours. */
  lines: readonly InkLine[];
  /** The others, as they are written. */
  rest: string;
}

const noLines: readonly InkLine[] = [];

const CodeRun = memo(function CodeRun({ lines, rest }: CodeRunProps) {
  return (
    <span className="block">
      {lines.map((line, index) => (
        <CodeLine key={index} line={line} />
      ))}
      {/* Another text each time: the same one would be seen to jump down by the lines that have got their colours. */}
      <Fragment key={lines.length}>{rest}</Fragment>
    </span>
  );
});

/** The lines of the run that begins at `start`, but for the first `coloured`, with their line ends; code has none at its own end. */
function restOfRun(lines: readonly string[], start: number, coloured: number): string {
  const end = Math.min(start + RUN_LINES, lines.length);
  const from = start + coloured;
  if (from >= end) return '';
  return lines.slice(from, end).join('\n') + (end < lines.length ? '\n' : '');
}

interface CodeBlockProps {
  code: string;
  /** What follows the fence. */
  info: string;
}

/** A fence: its language, its exact source to copy, and the code, which scrolls inside itself. */
export function CodeBlock({ code, info }: CodeBlockProps) {
  useLanguage();
  const isOpen = useContext(GrowingContext);
  const [ref, isNear] = useNear<HTMLDivElement>();
  const language = /^[^\s{]+/.exec(info)?.[0] ?? '';
  const runs = useCodeInk({ code, language, isOpen, isNear });
  const lines = code.split('\n');
  // What is being written, or was while it was read, stays as it is: it folds only when it is opened again.
  const [isFolded, setIsFolded] = useState(!isOpen && lines.length > FOLDED_LINES);
  const [isWrapped, setIsWrapped] = useState(false);
  const canFold = !isOpen && lines.length > FOLDED_LINES;
  return (
    <div
      ref={ref}
      className="code-box"
      data-folded={(canFold && isFolded) || undefined}
      data-wrapped={isWrapped || undefined}
    >
      <div className="code-bar">
        <span className="code-name">{language === '' ? t('text') : language}</span>
        <button
          type="button"
          className="icon-button"
          aria-label={t('Wrap lines')}
          title={t('Wrap lines')}
          aria-pressed={isWrapped}
          onClick={() => setIsWrapped(!isWrapped)}
        >
          <Icon name="wrap" />
        </button>
        <CopyButton label={t('Copy code')} text={code} />
      </div>
      <pre
        tabIndex={0}
        role="group"
        aria-label={language === '' ? t('Code') : t('Code, {language}', { language })}
      >
        <code>
          {Array.from({ length: Math.ceil(lines.length / RUN_LINES) }, (_, index) => {
            const coloured = runs[index] ?? noLines;
            const rest = restOfRun(lines, index * RUN_LINES, coloured.length);
            return <CodeRun key={index} lines={coloured} rest={rest} />;
          })}
        </code>
      </pre>
      {canFold && (
        <button
          type="button"
          className="code-fold"
          aria-expanded={!isFolded}
          onClick={() => setIsFolded(!isFolded)}
        >
          {isFolded
            ? t('Expand ({count, plural, one {# line} other {# lines}})', { count: lines.length })
            : t('Collapse')}
        </button>
      )}
    </div>
  );
}
