import { memo, useMemo, useState } from 'react';
import { lexBlock } from './lex-block.ts';
import { mendTail } from './mend-tail.ts';
import { renderTokens } from './render-tokens.tsx';
import { type Definitions, createSplitter } from './split-blocks.ts';

interface BlockProps {
  raw: string;
  definitions: Definitions;
  /** Whether more text may come for this very block. */
  isGrowing: boolean;
}

const Block = memo(function Block({ raw, definitions, isGrowing }: BlockProps) {
  return useMemo(
    () => renderTokens(lexBlock(isGrowing ? mendTail(raw) : raw, definitions)),
    [raw, definitions, isGrowing],
  );
});

const none: Definitions = Object.freeze(Object.create(null));

/**
 * Markdown that may still be growing. A finished block keeps its key and its elements, so a longer text costs as much as its
 * last block.
 */
export function Markdown({ text, isWhole }: { text: string; isWhole: boolean }) {
  const [splitter] = useState(createSplitter);
  const { closed, open, definitions } = splitter.update(text, isWhole);
  const last = closed.length + open.length - 1;
  return (
    <div className="prose">
      {[...closed, ...open].map((raw, index) => (
        <Block
          key={index}
          raw={raw}
          // A new definition concerns only blocks that may refer to it.
          definitions={raw.includes('[') ? definitions : none}
          isGrowing={!isWhole && index === last}
        />
      ))}
    </div>
  );
}
