import katex, { type KatexOptions } from 'katex';
import type { FormulaNode } from './ink-message.ts';
import { PlainElement, plainDocument, toPlain } from './plain-document.ts';

const MAX_SOURCE_LENGTH = 10_000;

const options: KatexOptions = {
  // Nothing that leads anywhere or loads anything: \href, \includegraphics, \html….
  trust: false,
  strict: 'ignore',
  errorColor: 'currentcolor',
  throwOnError: true,
  maxExpand: 500,
  maxSize: 20,
  output: 'htmlAndMathml',
};

/** @returns a formula as plain data, with MathML for those who hear it; null when KaTeX takes it for none */
export function typesetFormula(tex: string, isDisplay: boolean): FormulaNode | null {
  if (tex.length > MAX_SOURCE_LENGTH) return null;
  Object.assign(globalThis, { document: plainDocument });
  const base = new PlainElement('span');
  try {
    katex.render(tex, base as unknown as HTMLElement, { ...options, displayMode: isDisplay });
  } catch {
    return null;
  } finally {
    Reflect.deleteProperty(globalThis, 'document');
  }
  const [node] = base.children;
  return node === undefined ? null : toPlain(node);
}
