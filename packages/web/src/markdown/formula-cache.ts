import type { ReactNode } from 'react';
import { loadPatiently } from '../ui/load-patiently.ts';
import { pageInk } from './page-ink.ts';
import { Recent } from './recent.ts';

/** Formulas set before; null for what is none. */
const known = new Recent<ReactNode | null>(500);
const pending = new Map<string, Promise<ReactNode | null>>();

const keyOf = (tex: string, isDisplay: boolean) => `${isDisplay ? 'display' : 'inline'}\n${tex}`;

export function readFormula(tex: string, isDisplay: boolean): ReactNode | null | undefined {
  return known.get(keyOf(tex, isDisplay));
}

async function draw(tex: string, isDisplay: boolean): Promise<ReactNode | null> {
  const [{ drawFormula }, node] = await Promise.all([
    loadPatiently(() => import('./draw-formula.ts')),
    pageInk.setFormula(tex, isDisplay),
  ]);
  return node === null ? null : drawFormula(node);
}

/** @returns the formula as elements, or null when it stays as it is written */
export async function loadFormula(tex: string, isDisplay: boolean): Promise<ReactNode | null> {
  const key = keyOf(tex, isDisplay);
  const drawing = pending.get(key) ?? draw(tex, isDisplay).catch(() => null);
  pending.set(key, drawing);
  const drawn = await drawing;
  pending.delete(key);
  known.set(key, drawn);
  return drawn;
}
