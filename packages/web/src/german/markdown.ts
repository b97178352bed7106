import type { Catalogue } from './catalogue.ts';

export const markdown: Catalogue = {
  '{host} learns that you have read this, and your address':
    '{host} erfährt, dass du das gelesen hast, und deine Adresse',
  'Back to the text': 'Zurück zum Text',
  Code: 'Code',
  'Code, {language}': 'Code, {language}',
  Collapse: 'Einklappen',
  'Copy code': 'Code kopieren',
  'Expand ({count, plural, one {# line} other {# lines}})':
    'Ausklappen ({count, plural, one {# Zeile} other {# Zeilen}})',
  'Footnote {label}': 'Fußnote {label}',
  Footnotes: 'Fußnoten',
  Formula: 'Formel',
  image: 'Bild',
  'Load image': 'Bild laden',
  'Open in a new tab': 'In neuem Tab öffnen',
  Table: 'Tabelle',
  Task: 'Aufgabe',
  text: 'Text',
  'The image could not be loaded.': 'Das Bild konnte nicht geladen werden.',
  'Wrap lines': 'Zeilen umbrechen',
};
