import type { Catalogue } from './catalogue.ts';

export const usage: Catalogue = {};
