import type { Catalogue } from './catalogue.ts';

export const conversations: Catalogue = {};
