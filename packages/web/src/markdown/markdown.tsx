import { Fragment, type ReactNode, memo, useId, useMemo, useState } from 'react';
import { CodeBlock } from './code-block.tsx';
import { FootnoteContext, Footnotes } from './footnotes.tsx';
import { type FootnoteToken, footnoteLabel } from './footnote-syntax.ts';
import { GrowingContext } from './growing-context.ts';
import { lexBlock } from './lex-block.ts';
import { mendTail } from './mend-tail.ts';
import { readOpenFence } from './open-fence.ts';
import { renderTokens } from './render-tokens.tsx';
import { type Definitions, createSplitter } from './split-blocks.ts';

interface BlockProps {
  raw: string;
  definitions: Definitions;
  /** Whether more text may come for this very block. */
  isGrowing: boolean;
}

function renderBlock({ raw, definitions, isGrowing }: BlockProps): ReactNode {
  // A long fence would be lexed whole for each of its lines.
  const fence = isGrowing ? readOpenFence(raw) : null;
  // Where the lexer's own would stand, so that it stays the same element when it ends.
  if (fence !== null) return [<Fragment key={0}>{<CodeBlock {...fence} />}</Fragment>];
  const tokens = lexBlock(isGrowing ? mendTail(raw) : raw, definitions);
  // A footnote stands below the answer: here it is only what it says.
  const [first] = tokens;
  return renderTokens(first?.type === 'footnote' ? (first as FootnoteToken).tokens : tokens);
}

const Block = memo(function Block({ raw, definitions, isGrowing }: BlockProps) {
  const content = useMemo(() => renderBlock({ raw, definitions, isGrowing }), [raw, definitions, isGrowing]);
  return <GrowingContext value={isGrowing}>{content}</GrowingContext>;
});

const none: Definitions = Object.freeze(Object.create(null));

/**
 * Markdown that may still be growing. A finished block keeps its key and its elements, so a longer text costs as much as its
 * last block.
 */
export function Markdown({ text, isWhole }: { text: string; isWhole: boolean }) {
  const [splitter] = useState(createSplitter);
  const prefix = useId();
  const { closed, open, definitions } = splitter.update(text, isWhole);
  const last = closed.length + open.length - 1;
  const notes: { label: string; content: ReactNode }[] = [];
  const blocks = [...closed, ...open].map((raw, index) => {
    const label = footnoteLabel(raw);
    const block = (
      <Block
        key={index}
        raw={raw}
        // A new definition concerns only blocks that may refer to it.
        definitions={raw.includes('[') ? definitions : none}
        isGrowing={!isWhole && index === last}
      />
    );
    if (label === null) return block;
    if (!notes.some((note) => note.label === label)) notes.push({ label, content: block });
    return null;
  });
  const labels = notes.map((note) => note.label).join(' ');
  const scope = useMemo(
    () => ({ prefix, isWhole, labels: new Set(labels.split(' ')) }),
    [prefix, isWhole, labels],
  );
  return (
    <FootnoteContext value={scope}>
      <div className="prose">
        {blocks}
        {notes.length > 0 && <Footnotes notes={notes} />}
      </div>
    </FootnoteContext>
  );
}
