import type { ServerResponse } from 'node:http';

const BEAT_MS = 4;

/** Writes frames at a pace; a beat that comes late writes what is due by then. */
export function sendPaced(
  res: ServerResponse,
  frames: readonly string[],
  { perSecond, ending }: { perSecond: number; ending: string },
): void {
  const begunAt = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.min(frames.length, Math.floor(((performance.now() - begunAt) / 1000) * perSecond));
    if (due > sent) res.write(frames.slice(sent, due).join(''));
    sent = due;
    if (sent < frames.length) return;
    clearInterval(timer);
    res.end(ending);
  }, BEAT_MS);
  res.on('close', () => clearInterval(timer));
}
