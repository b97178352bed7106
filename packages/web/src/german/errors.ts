import type { Catalogue } from './catalogue.ts';

/** The titles of the table of errors. */
export const errors: Catalogue = {
  'The request is not valid': 'Die Anfrage ist nicht gültig',
  'An option is not supported': 'Eine Option wird nicht unterstützt',
  'The cursor is not valid': 'Die Position ist nicht gültig',
  'The conversation is too long for the model': 'Das Gespräch ist zu lang für das Modell',
  'A token is needed': 'Ein Token ist nötig',
  'The token or the credentials are not valid': 'Das Token oder die Anmeldedaten sind nicht gültig',
  'The token has expired': 'Das Token ist abgelaufen',
  'The token has been revoked': 'Das Token wurde widerrufen',
  'The page may not call this': 'Diese Seite darf das nicht aufrufen',
  'The token does not allow this': 'Das Token erlaubt das nicht',
  'Not found': 'Nicht gefunden',
  'No such model': 'Dieses Modell gibt es nicht',
  'The run is no longer kept': 'Der Lauf wird nicht mehr aufbewahrt',
  'The body is too large': 'Die Anfrage ist zu groß',
  'The media type is not supported': 'Diese Art von Daten wird nicht unterstützt',
  'This server does not answer to that host name': 'Dieser Server antwortet nicht unter diesem Namen',
  'The Idempotency-Key was used with another body': 'Der Idempotency-Key gehört zu einer anderen Anfrage',
  'The budget is used up': 'Das Budget ist aufgebraucht',
  'Too many requests': 'Zu viele Anfragen',
  'Too many runs at once': 'Zu viele Antworten auf einmal',
  "The model's provider limits the rate": 'Der Anbieter des Modells begrenzt die Zahl der Anfragen',
  "The model's provider refused this server's key":
    'Der Anbieter des Modells hat den Schlüssel dieses Servers abgelehnt',
  "This server's quota at the model's provider is used up":
    'Das Kontingent dieses Servers beim Anbieter des Modells ist aufgebraucht',
  "The model's provider refused the request": 'Der Anbieter des Modells hat die Anfrage abgelehnt',
  "The model's provider sent more than is accepted":
    'Der Anbieter des Modells hat mehr geschickt, als angenommen wird',
  'The answer grew beyond the limit': 'Die Antwort wurde länger als erlaubt',
  "The model's provider failed": 'Beim Anbieter des Modells ist ein Fehler aufgetreten',
  "The model's provider could not be reached": 'Der Anbieter des Modells ist nicht erreichbar',
  'The answer was cut off on its way here': 'Die Antwort wurde unterwegs abgeschnitten',
  "The model's provider is overloaded": 'Der Anbieter des Modells ist überlastet',
  'The server is shutting down': 'Der Server wird gerade beendet',
  'The server cannot take this now': 'Der Server kann das gerade nicht annehmen',
  'The server stopped before the answer was whole':
    'Der Server hat aufgehört, bevor die Antwort vollständig war',
  'The model took too long to begin': 'Das Modell hat zu lange nicht angefangen',
  'The model fell silent': 'Das Modell ist verstummt',
  'The answer took too long': 'Die Antwort hat zu lange gedauert',
  'Something went wrong on the server': 'Auf dem Server ist etwas schiefgegangen',
};
