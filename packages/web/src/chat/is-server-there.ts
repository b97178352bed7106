const PATIENCE_MS = 2000;

/** Whether the server answers: where the browser knows of no network, one on this machine does all the same. */
export async function isServerThere(): Promise<boolean> {
  if (navigator.onLine) return true;
  try {
    return (await fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) })).ok;
  } catch {
    return false;
  }
}
