import { memo } from 'react';
import { CopyButton } from '../ui/copy-button.tsx';

/** Lines in one run: while code grows, only its last run is laid out again. */
const RUN_LINES = 40;

function splitRuns(code: string): string[] {
  const lines = code.split('\n');
  const runs: string[] = [];
  for (let index = 0; index < lines.length; index += RUN_LINES) {
    const isLast = index + RUN_LINES >= lines.length;
    runs.push(lines.slice(index, index + RUN_LINES).join('\n') + (isLast ? '' : '\n'));
  }
  return runs;
}

const CodeRun = memo(function CodeRun({ text }: { text: string }) {
  return <span className="block">{text}</span>;
});

/** A fence: its language, its exact source to copy, and the code, which scrolls inside itself. */
export function CodeBlock({ code, language }: { code: string; language: string }) {
  const label = /^[^\s{]+/.exec(language)?.[0] ?? '';
  return (
    <div className="code-box">
      <div className="code-bar">
        <span>{label === '' ? 'text' : label}</span>
        <CopyButton label="Copy code" text={code} />
      </div>
      <pre tabIndex={0} role="group" aria-label={label === '' ? 'Code' : `Code, ${label}`}>
        <code>
          {splitRuns(code).map((run, index) => (
            <CodeRun key={index} text={run} />
          ))}
        </code>
      </pre>
    </div>
  );
}
