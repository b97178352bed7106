/** A short message for the page's one status region, in place of the run's status for a moment. */
const SHOWN_MS = 2000;

let current = '';
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function show(message: string): void {
  current = message;
  for (const listener of listeners) listener();
}

export function announce(message: string): void {
  clearTimeout(timer);
  show(message);
  timer = setTimeout(() => show(''), SHOWN_MS);
}

export function getAnnouncement(): string {
  return current;
}

export function subscribeAnnouncement(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
