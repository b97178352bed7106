import { type StoredValue, forgetStored, storedValue } from './stored-value.ts';

const PREFIX = 'sluice.draft.';

/** What somebody is writing in one place: it outlives a reload of its tab, and stays in that. */
export function textDraft(place: string): StoredValue {
  return storedValue(() => sessionStorage, PREFIX + place);
}

/** What somebody has written is not for who signs in after them. */
export function forgetTextDrafts(): void {
  forgetStored(() => sessionStorage, PREFIX);
}
