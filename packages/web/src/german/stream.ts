import type { Catalogue } from './catalogue.ts';

export const stream: Catalogue = {
  'The answer could not be read.': 'Die Antwort war nicht zu lesen.',
  'The connection ended before the answer was whole.': 'Die Verbindung brach ab, bevor die Antwort ganz war.',
  'Your session has ended. Sign in again, then retry.':
    'Deine Sitzung ist beendet. Melde dich wieder an und versuch es dann noch einmal.',
};
