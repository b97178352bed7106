import type { Catalogue } from './catalogue.ts';

export const app: Catalogue = {
  'Check the connection and try again.': 'Prüfe die Verbindung und versuch es noch einmal.',
  'First start? Open the setup link printed in the terminal.':
    'Erster Start? Öffne den Einrichtungslink, der auf dem Terminal steht.',
  'Go to the chat': 'Zum Chat',
  'I already have an account': 'Ich habe schon ein Konto',
  'Make the first account. It administers this server.':
    'Lege das erste Konto an. Es verwaltet diesen Server.',
  'New chat': 'Neuer Chat',
  'Open conversations': 'Gespräche öffnen',
  'Set up Sluice': 'Sluice einrichten',
  Sidebar: 'Seitenleiste',
  'Sign in to Sluice': 'Bei Sluice anmelden',
  'Skip to the message box': 'Zum Nachrichtenfeld springen',
  'The address may be mistyped.': 'Vielleicht ist die Adresse vertippt.',
  'The server cannot be reached': 'Der Server ist nicht erreichbar',
  'There is no such page': 'Diese Seite gibt es nicht',
  'Your own gateway to language models': 'Dein eigener Zugang zu Sprachmodellen',
  Later: 'Später',
  Reload: 'Neu laden',
  'There is a new version of this page.': 'Es gibt eine neue Fassung dieser Seite.',
  'You are offline. What you write is kept.': 'Du bist offline. Was du schreibst, bleibt erhalten.',
};
