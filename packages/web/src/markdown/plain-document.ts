import type { FormulaElement, FormulaNode } from './ink-message.ts';

/** A style declaration such as `border: 1px solid red` by React's name for it. */
function readDeclaration(declaration: string): [string, string] | null {
  const colon = declaration.indexOf(':');
  if (colon === -1) return null;
  const name = declaration.slice(0, colon).trim();
  const reactName = name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return [reactName, declaration.slice(colon + 1).trim()];
}

/** An element as far as KaTeX builds them, which ends as plain data. */
export class PlainElement implements FormulaElement {
  tag: string;
  attributes: Record<string, string> = {};
  style: Record<string, string> = {};
  children: FormulaNode[] = [];

  constructor(tag: string) {
    this.tag = tag;
  }

  set className(value: string) {
    if (value !== '') this.attributes['className'] = value;
  }

  set textContent(_value: string) {
    this.children = [];
  }

  setAttribute(name: string, value: unknown): void {
    if (name !== 'style') this.attributes[name] = String(value);
    else Object.assign(this.style, Object.fromEntries(String(value).split(';').flatMap(toEntry)));
  }

  appendChild(child: FormulaNode | PlainFragment): void {
    if (child instanceof PlainFragment) this.children.push(...child.children);
    else this.children.push(child);
  }
}

class PlainFragment {
  children: FormulaNode[] = [];

  appendChild(child: FormulaNode | PlainFragment): void {
    if (child instanceof PlainFragment) this.children.push(...child.children);
    else this.children.push(child);
  }
}

function toEntry(declaration: string): [string, string][] {
  const entry = readDeclaration(declaration);
  return entry === null ? [] : [entry];
}

/** The part of `document` that KaTeX asks for; a worker has none. */
export const plainDocument = {
  compatMode: 'CSS1Compat',
  createElement: (tag: string) => new PlainElement(tag),
  createElementNS: (_namespace: string, tag: string) => new PlainElement(tag),
  createTextNode: (text: string): FormulaNode => text,
  createDocumentFragment: () => new PlainFragment(),
};

/** @returns the same without its class, as it can be posted */
export function toPlain(node: FormulaNode): FormulaNode {
  if (typeof node === 'string') return node;
  const { tag, attributes, style, children } = node;
  return { tag, attributes, style, children: children.map(toPlain) };
}
