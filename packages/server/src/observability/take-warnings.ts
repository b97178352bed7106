import type { Logger } from './logger.ts';

const MAX_TOLD = 100;

/**
 * What libraries warn of through the console, as one vendor's SDK does at each request for a model that is old: into the log, once
 * for each text, until disposed.
 */
export function takeWarnings(logger: Logger, target: Pick<Console, 'warn'> = console): Disposable {
  const { warn } = target;
  const told = new Set<string>();
  target.warn = (text: unknown) => {
    const line = String(text);
    if (told.has(line) || told.size >= MAX_TOLD) return;
    told.add(line);
    logger.warn({ text: line }, 'a library warns');
  };
  return {
    [Symbol.dispose]() {
      target.warn = warn;
    },
  };
}
