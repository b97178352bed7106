import type { Token, Tokens } from 'marked';
import { lexBlock } from './lex-block.ts';
import { mendTail } from './mend-tail.ts';
import type { Definitions } from './split-blocks.ts';

/** A list with fewer items is lexed whole: that costs nothing. */
const MIN_ITEMS = 4;

interface EndedItems {
  /** Their source, up to the item that may grow. */
  source: string;
  items: readonly Tokens.ListItem[];
  definitions: Definitions;
  list: Tokens.List;
}

/** @returns the list, if that is all there is, and none of its items stands apart */
function readTightList(tokens: readonly Token[]): Tokens.List | null {
  const [list] = tokens;
  const isList = tokens.length === 1 && list?.type === 'list' && list['loose'] === false;
  return isList ? (list as Tokens.List) : null;
}

/** All but the last item of a list, if they are written as the block begins. */
function endItems(raw: string, list: Tokens.List, definitions: Definitions): EndedItems | null {
  const items = list.items.slice(0, -1);
  const source = items.map((item) => item.raw).join('');
  return items.length >= MIN_ITEMS && raw.startsWith(source) ? { source, items, definitions, list } : null;
}

/** @returns a function that lexes a block as it grows, mended at its end; of a long list only the last items */
export function createGrowingLexer(): (raw: string, definitions: Definitions) => Token[] {
  let ended: EndedItems | null = null;

  function lexRest(raw: string, known: EndedItems): Token[] | null {
    const rest = raw.slice(known.source.length);
    const list = readTightList(lexBlock(mendTail(rest), known.definitions));
    if (list === null || list.ordered !== known.list.ordered) return null;
    const whole = { ...known.list, raw, items: [...known.items, ...list.items] };
    if (list.items.length > 1) ended = endItems(raw, whole, known.definitions);
    return [whole];
  }

  return (raw, definitions) => {
    const isKnown = ended !== null && ended.definitions === definitions && raw.startsWith(ended.source);
    const tokens = isKnown && ended !== null ? lexRest(raw, ended) : null;
    if (tokens !== null) return tokens;
    const whole = lexBlock(mendTail(raw), definitions);
    const list = readTightList(whole);
    ended = list === null ? null : endItems(raw, list, definitions);
    return whole;
  };
}
