import type { Catalogue } from './catalogue.ts';

export const ui: Catalogue = {
  '{ms} ms': '{ms} ms',
  '{seconds} s': '{seconds} s',
  '{message} (request {id})': '{message} (Anfrage {id})',
  '{message}. Try again in {seconds} s.': '{message}. Versuch es in {seconds} s wieder.',
  '{what} could not be loaded.': '{what}: Laden ist nicht gelungen.',
  Close: 'Schließen',
  Copied: 'Kopiert',
  'Copying was refused by the browser': 'Der Browser hat das Kopieren abgelehnt',
  Language: 'Sprache',
  'Loading…': 'Lädt …',
  'The language could not be loaded': 'Die Sprache konnte nicht geladen werden',
  'The server could not be reached. Check the connection and try again.':
    'Der Server ist nicht erreichbar. Prüfe die Verbindung und versuch es noch einmal.',
  Reload: 'Neu laden',
  'Reload the page. Nothing is lost: drafts and answers are kept.':
    'Lade die Seite neu. Nichts geht verloren: Entwürfe und Antworten bleiben erhalten.',
  'This part of the page failed': 'Dieser Teil der Seite ist ausgefallen',
  Theme: 'Farbschema',
  'System theme': 'Farbschema des Systems',
  'Light theme': 'Helles Farbschema',
  'Dark theme': 'Dunkles Farbschema',
  'Try again': 'Noch einmal versuchen',
};
