import { createInk } from './ink.ts';
import { startInkWorker } from './start-ink-worker.ts';

/** The page's own; its worker starts with the first code or formula that is seen. */
export const pageInk = createInk(() => startInkWorker());
