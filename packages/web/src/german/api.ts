import type { Catalogue } from './catalogue.ts';

export const api: Catalogue = {
  'The change was not saved': 'Die Änderung wurde nicht gespeichert',
};
