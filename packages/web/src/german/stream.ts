import type { Catalogue } from './catalogue.ts';

export const stream: Catalogue = {};
