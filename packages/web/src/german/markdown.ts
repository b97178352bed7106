import type { Catalogue } from './catalogue.ts';

export const markdown: Catalogue = {};
