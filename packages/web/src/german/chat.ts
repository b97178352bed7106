import type { Catalogue } from './catalogue.ts';

export const chat: Catalogue = {};
