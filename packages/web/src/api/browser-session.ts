import { type SessionStore, createSession } from './session.ts';

const SIGNED_OUT = 'signed-out';

/** The page's session: the platform's clock and fetch, one renewal at a time over all tabs, one sign-out for all. */
export function createBrowserSession(): SessionStore {
  const channel = new BroadcastChannel('sluice.session');
  const session = createSession({
    fetch: (input, init) => fetch(input, init),
    now: () => Date.now(),
    setTimer(callback, ms) {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    // Web Locks exist in secure contexts only; without them the server's own rule for renewals at once holds.
    inTurn: async (work) => (navigator.locks ? navigator.locks.request('sluice.refresh', work) : work()),
  });
  channel.addEventListener('message', ({ data }) => {
    if (data === SIGNED_OUT) session.forget();
  });
  return {
    ...session,
    async signOut() {
      await session.signOut();
      channel.postMessage(SIGNED_OUT);
    },
  };
}
