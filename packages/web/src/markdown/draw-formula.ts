import 'katex/dist/katex.min.css';
import { type ReactNode, createElement } from 'react';
import type { FormulaNode } from './ink-message.ts';

const htmlTags = ['span'];
const svgTags = ['svg', 'path', 'line', 'g'];
const mathTags =
  'math semantics annotation mrow mi mo mn ms mtext mspace mfrac msqrt mroot mstyle merror mpadded mphantom menclose msub msup msubsup munder mover munderover mtable mtr mtd mlabeledtr mglyph'.split(
    ' ',
  );
/** Nothing that leads anywhere, loads anything or hears anything. */
const tags = new Set([...htmlTags, ...svgTags, ...mathTags]);
const attributes = new Set(
  'className aria-hidden width height viewBox preserveAspectRatio d x1 y1 x2 y2 stroke-width xmlns display encoding mathvariant stretchy fence separator lspace rspace minsize maxsize symmetric accent accentunder linethickness rowspacing columnspacing columnalign rowlines columnlines displaystyle scriptlevel notation mathcolor mathbackground mathsize voffset depth movablelimits largeop form side'.split(
    ' ',
  ),
);
/** As React calls them. */
const renamed: Readonly<Record<string, string>> = { 'stroke-width': 'strokeWidth' };

/** @returns elements for a formula that the worker has set; of other kinds than a formula has, only the text is left */
export function drawFormula(node: FormulaNode): ReactNode {
  if (typeof node === 'string') return node;
  const children = node.children.map(drawFormula);
  if (!tags.has(node.tag)) return createElement('span', null, ...children);
  const props: Record<string, unknown> = { style: node.style };
  for (const [name, value] of Object.entries(node.attributes)) {
    if (attributes.has(name)) props[renamed[name] ?? name] = value;
  }
  return createElement(node.tag, props, ...children);
}
