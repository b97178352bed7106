import type { Catalogue } from './catalogue.ts';

export const auth: Catalogue = {
  'At least {count} characters.': 'Mindestens {count} Zeichen.',
  Email: 'E-Mail',
  'Name (optional)': 'Name (freiwillig)',
  'One moment…': 'Einen Moment …',
  Password: 'Passwort',
  'Set up': 'Einrichten',
  Settings: 'Einstellungen',
  'Setup code': 'Einrichtungscode',
  'Sign in': 'Anmelden',
  'Sign in to go on. Your draft and this chat are kept.':
    'Melde dich an, um weiterzumachen. Dein Entwurf und dieses Gespräch bleiben erhalten.',
  'Sign out': 'Abmelden',
  'Signing out failed: the server could not be reached':
    'Abmelden ist nicht gelungen: Der Server ist nicht erreichbar',
  'The part after #code= of the link on the terminal.': 'Der Teil nach #code= im Link auf dem Terminal.',
  'This email and password do not belong together.': 'E-Mail und Passwort passen nicht zusammen.',
  'This setup link is used up or too old. If there is an account already, sign in; else restart the server for another link.':
    'Dieser Einrichtungslink ist verbraucht oder zu alt. Gibt es schon ein Konto, melde dich an; sonst starte den Server neu, um einen anderen zu bekommen.',
  'Too many attempts. Try again in {seconds} s.': 'Zu viele Versuche. Versuch es in {seconds} s wieder.',
  'Too many attempts. Wait a little.': 'Zu viele Versuche. Warte ein wenig.',
  'Your session has ended': 'Deine Sitzung ist beendet',
};
