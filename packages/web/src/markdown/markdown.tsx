import type { Token } from 'marked';
import { Fragment, type ReactNode, memo, useEffect, useId, useMemo, useState } from 'react';
import { loadPatiently } from '../ui/load-patiently.ts';
import { loadMarkCloser } from './close-marks.ts';
import { CodeBlock } from './code-block.tsx';
import { FootnoteContext, Footnotes } from './footnotes.tsx';
import { type FootnoteToken, footnoteLabel } from './footnote-syntax.ts';
import { GrowingContext } from './growing-context.ts';
import { lexBlock } from './lex-block.ts';
import { createGrowingLexer } from './lex-growing.ts';
import { readOpenFence } from './open-fence.ts';
import { renderTokens } from './render-tokens.tsx';
import { type Definitions, createSplitter } from './split-blocks.ts';

interface BlockProps {
  raw: string;
  definitions: Definitions;
  /** Whether more text may come for this very block. */
  isGrowing: boolean;
}

/** A footnote stands below the answer: here it is only what it says. */
function renderRead(tokens: Token[]): ReactNode {
  const [first] = tokens;
  return renderTokens(first?.type === 'footnote' ? (first as FootnoteToken).tokens : tokens);
}

const Block = memo(function Block({ raw, definitions, isGrowing }: BlockProps) {
  const [lexGrowing] = useState(createGrowingLexer);
  const content = useMemo(() => {
    if (!isGrowing) return renderRead(lexBlock(raw, definitions));
    // A long fence would be lexed whole for each of its lines.
    const fence = readOpenFence(raw);
    // Where the lexer's own would stand, so that it stays the same element when it ends.
    if (fence !== null) return [<Fragment key={0}>{<CodeBlock {...fence} />}</Fragment>];
    return renderRead(lexGrowing(raw, definitions));
  }, [raw, definitions, isGrowing, lexGrowing]);
  return <GrowingContext value={isGrowing}>{content}</GrowingContext>;
});

const none: Definitions = Object.freeze(Object.create(null));

/** Blocks that are compared together: of a long answer a frame looks at one group, and at the edges of the others. */
const GROUP_BLOCKS = 16;

interface BlockGroupProps {
  raws: readonly string[];
  definitions: Definitions;
  /** The place in it of the block that may grow, or -1. */
  growing: number;
}

const BlockGroup = memo(
  function BlockGroup({ raws, definitions, growing }: BlockGroupProps) {
    return raws.map((raw, index) =>
      footnoteLabel(raw) !== null ? null : (
        <Block
          key={index}
          raw={raw}
          // A new definition concerns only blocks that may refer to it.
          definitions={raw.includes('[') ? definitions : none}
          isGrowing={index === growing}
        />
      ),
    );
  },
  (before, after) =>
    before.definitions === after.definitions &&
    before.growing === after.growing &&
    before.raws.length === after.raws.length &&
    before.raws.every((raw, index) => raw === after.raws[index]),
);

interface Note {
  label: string;
  raw: string;
  isGrowing: boolean;
}

/** The footnotes among blocks; of two with one label the first counts. */
function findNotes(raws: readonly string[]): Map<string, string> {
  const notes = new Map<string, string>();
  for (const raw of raws) {
    const label = footnoteLabel(raw);
    if (label !== null && !notes.has(label)) notes.set(label, raw);
  }
  return notes;
}

function useNotes(closed: readonly string[], open: readonly string[], isWhole: boolean): readonly Note[] {
  const ended = useMemo(() => findNotes(closed), [closed]);
  const notes = Array.from(ended, ([label, raw]): Note => ({ label, raw, isGrowing: false }));
  for (const [label, raw] of findNotes(open)) {
    if (!ended.has(label)) notes.push({ label, raw, isGrowing: !isWhole && raw === open.at(-1) });
  }
  return notes;
}

/**
 * Markdown that may still be growing. A finished block keeps its key and its elements, so a longer text costs as much as its
 * last block.
 */
export function Markdown({ text, isWhole }: { text: string; isWhole: boolean }) {
  const [splitter] = useState(createSplitter);
  const prefix = useId();
  useEffect(() => {
    if (!isWhole) void loadPatiently(loadMarkCloser).catch(() => undefined);
  }, [isWhole]);
  const { closed, open, definitions } = splitter.update(text, isWhole);
  const raws = [...closed, ...open];
  const notes = useNotes(closed, open, isWhole);
  const labels = notes.map((note) => note.label).join(' ');
  const scope = useMemo(
    () => ({ prefix, isWhole, labels: new Set(labels.split(' ')) }),
    [prefix, isWhole, labels],
  );
  const growing = isWhole ? -1 : raws.length - 1;
  return (
    <FootnoteContext value={scope}>
      <div className="prose">
        {Array.from({ length: Math.ceil(raws.length / GROUP_BLOCKS) }, (_, group) => {
          const start = group * GROUP_BLOCKS;
          const own = raws.slice(start, start + GROUP_BLOCKS);
          const place = growing - start;
          return (
            <BlockGroup
              key={group}
              raws={own}
              definitions={definitions}
              growing={place >= 0 && place < GROUP_BLOCKS ? place : -1}
            />
          );
        })}
        {notes.length > 0 && (
          <Footnotes
            notes={notes.map(({ label, raw, isGrowing }) => ({
              label,
              content: <Block raw={raw} definitions={definitions} isGrowing={isGrowing} />,
            }))}
          />
        )}
      </div>
    </FootnoteContext>
  );
}
