import type { Catalogue } from './catalogue.ts';

export const auth: Catalogue = {};
