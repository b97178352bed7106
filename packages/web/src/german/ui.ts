import type { Catalogue } from './catalogue.ts';

export const ui: Catalogue = {
  '{ms} ms': '{ms} ms',
  '{seconds} s': '{seconds} s',
};
