import type { Catalogue } from './catalogue.ts';

/** Which model a chat asks, and how. */
export const models: Catalogue = {
  'As the model has it': 'Wie im Modell vorgesehen',
  'Chat settings': 'Einstellungen des Chats',
  'Chat settings: not the default': 'Einstellungen des Chats: nicht die üblichen',
  'Find a model': 'Modell suchen',
  'For this conversation alone, wherever you open it. What is left empty is left to the model.':
    'Nur für dieses Gespräch, wo auch immer du es öffnest. Was leer bleibt, bleibt dem Modell überlassen.',
  'From 0, matter-of-fact, to {most}, inventive.': 'Von 0, sachlich, bis {most}, einfallsreich.',
  High: 'Hoch',
  'How should it answer? For example: briefly, and in plain words.':
    'Wie soll geantwortet werden? Zum Beispiel: kurz und in einfachen Worten.',
  Images: 'Bilder',
  'In tokens; at most {count}.': 'In Token; höchstens {count}.',
  'Longest answer': 'Längste Antwort',
  Low: 'Niedrig',
  Medium: 'Mittel',
  Model: 'Modell',
  Models: 'Modelle',
  'Models could not be loaded': 'Die Modelle konnten nicht geladen werden',
  'No model of that name.': 'Kein Modell mit diesem Namen.',
  'Not the default': 'Nicht die üblichen',
  Off: 'Aus',
  Reasoning: 'Nachdenken',
  'Reasoning effort': 'Wie gründlich nachgedacht wird',
  'Reset to default': 'Zurücksetzen',
  Save: 'Speichern',
  Saved: 'Gespeichert',
  'System prompt': 'Anweisung an das Modell',
  Temperature: 'Temperatur',
  'The reasoning effort “{value}” is not sent: {model} does not take it.':
    'Wie gründlich nachgedacht wird („{value}“), wird nicht mitgeschickt: {model} nimmt das nicht an.',
  'The temperature of {value} is not sent while the model reasons.':
    'Die Temperatur {value} wird nicht mitgeschickt, solange das Modell nachdenkt.',
  'The temperature of {value} is not sent: {model} does not take one.':
    'Die Temperatur {value} wird nicht mitgeschickt: {model} nimmt keine an.',
  'The temperature of {value} is not sent: {model} takes {most} at most.':
    'Die Temperatur {value} wird nicht mitgeschickt: {model} nimmt höchstens {most} an.',
  free: 'kostenlos',
  'the model': 'das Modell',
  '{count} context': '{count} Kontext',
  '{input} in, {output} out per M tokens': '{input} rein, {output} raus je Mio. Token',
  '{provider} does not offer it now': '{provider} bietet es zurzeit nicht an',
  '{provider} is not configured on this server': '{provider} ist auf diesem Server nicht eingerichtet',
};
