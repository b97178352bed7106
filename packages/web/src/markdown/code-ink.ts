import type { CodeChannel, Ink } from './ink.ts';
import type { InkLine } from './ink-message.ts';

/** Lines in one run: while code grows, only its last run is drawn and laid out again. */
export const RUN_LINES = 40;

/** Coloured lines from the first on, in runs; a run that is full stays the same object. */
export type InkRuns = readonly (readonly InkLine[])[];

export const noRuns: InkRuns = [];

/** How long lines wait for others: colours may come a moment later, and twice as many drawings would cost. */
const GATHER_MS = 100;
/** Beyond this code stays plain. */
const MAX_LENGTH = 400_000;

export function appendLines(runs: InkRuns, lines: readonly InkLine[]): InkRuns {
  const next = [...runs];
  let rest = lines;
  const last = next.at(-1);
  if (last !== undefined && last.length < RUN_LINES) {
    const room = RUN_LINES - last.length;
    next[next.length - 1] = [...last, ...rest.slice(0, room)];
    rest = rest.slice(room);
  }
  for (let index = 0; index < rest.length; index += RUN_LINES)
    next.push(rest.slice(index, index + RUN_LINES));
  return next;
}

/** Colours for one block of code, which may be growing. */
export interface CodeInk {
  /** @param isOpen whether its last line may go on */
  update: (code: string, isOpen: boolean) => void;
  close: () => void;
}

/** @param onChange is given the runs, and whether they are of all the code there is */
export function createCodeInk(
  ink: Ink,
  language: string,
  onChange: (runs: InkRuns, isWhole: boolean) => void,
): CodeInk {
  let channel: CodeChannel | null = null;
  let runs = noRuns;
  let sent = '';
  let awaited = 0;
  let isAll = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** As far as it is decided: whole lines with their line ends. */
  let source = '';

  function restart(): void {
    channel?.close();
    sent = '';
    awaited = 0;
    runs = noRuns;
    const opened = ink.openCode(language, (lines) => {
      if (channel !== opened) return;
      runs = appendLines(runs, lines);
      awaited -= 1;
      onChange(runs, isAll && awaited === 0);
    });
    channel = opened;
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const text = source.slice(sent.length, -1);
    if (source.length <= sent.length || source.length > MAX_LENGTH) return;
    sent = source;
    awaited += 1;
    channel?.send(text);
  }

  return {
    update(code, isOpen) {
      const next = isOpen ? code.slice(0, code.lastIndexOf('\n') + 1) : `${code}\n`;
      if (channel === null || !next.startsWith(sent) || (isAll && next !== source)) restart();
      source = next;
      isAll = !isOpen;
      if (!isOpen || sent === '') flush();
      else timer ??= setTimeout(flush, GATHER_MS);
    },
    close() {
      clearTimeout(timer);
      timer = undefined;
      channel?.close();
      channel = null;
    },
  };
}
