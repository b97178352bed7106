import { type ErrorCode, errorEntry, errorTable } from '@sluice/shared';
import { errorNotes } from './error-notes.ts';

function element(name: string, text = ''): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function drawRow(code: ErrorCode): HTMLElement {
  const { status, retryable, title } = errorEntry(code);
  const row = element('tr');
  // Where the `type` of a problem leads to.
  row.id = code;
  const name = element('th');
  name.setAttribute('scope', 'row');
  name.append(element('code', code));
  const meaning = element('td');
  meaning.append(element('strong', `${title}.`), ` ${errorNotes[code]}`);
  row.append(
    name,
    element('td', String(status)),
    element('td', retryable ? 'try again' : 'do not try again'),
    meaning,
  );
  return row;
}

/** Draws what each error of the API means: the page that a problem's `type` leads to. */
export function drawErrors(root: HTMLElement): void {
  const head = element('tr');
  for (const title of ['Code', 'Status', 'Try again', 'What it means, and what to do']) {
    const cell = element('th', title);
    cell.setAttribute('scope', 'col');
    head.append(cell);
  }
  const table = element('table');
  const thead = element('thead');
  const tbody = element('tbody');
  thead.append(head);
  tbody.append(...(Object.keys(errorTable) as ErrorCode[]).map(drawRow));
  table.append(thead, tbody);
  const lead = element(
    'p',
    'Before a stream an error is a problem body with one of these codes; in a stream it is an event “error”, followed by “run-end”. “Try again” says whether the same request may succeed later.',
  );
  root.append(element('h1', 'Errors'), lead, table);
}
