const events = ['online', 'pageshow', 'visibilitychange'];

/**
 * Calls `listener` when the network is there again, or the page is looked at again: a machine that slept is not told what became of its
 * connections. Never where there is no page.
 * @returns a function that ends it
 */
export function onReturn(listener: () => void): () => void {
  const target = globalThis as Partial<EventTarget>;
  const isHidden = () => (globalThis as { document?: { hidden?: boolean } }).document?.hidden === true;
  const hear = () => {
    if (!isHidden()) listener();
  };
  for (const event of events) target.addEventListener?.(event, hear);
  return () => {
    for (const event of events) target.removeEventListener?.(event, hear);
  };
}
