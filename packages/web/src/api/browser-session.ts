import { forgetTextDrafts } from '../ui/text-draft.ts';
import { SessionStore } from './session.ts';

const SIGNED_OUT = 'signed-out';
const MARK = 'sluice.signed-in';

/** The page's session: the platform's clock and fetch, one renewal at a time over all tabs, one sign-out for all. */
export class BrowserSession extends SessionStore {
  readonly #channel = new BroadcastChannel('sluice.session');

  constructor() {
    super({
      fetch: (input, init) => fetch(input, init),
      now: () => Date.now(),
      setTimer(callback, ms) {
        const timer = setTimeout(callback, ms);
        return () => clearTimeout(timer);
      },
      // Web Locks exist in secure contexts only; without them the server's own rule for renewals at once holds.
      inTurn: async (work) => (navigator.locks ? navigator.locks.request('sluice.refresh', work) : work()),
      mark: {
        isSet: () => localStorage.getItem(MARK) !== null,
        set: (isSet) => (isSet ? localStorage.setItem(MARK, 'yes') : localStorage.removeItem(MARK)),
      },
    });
    this.#channel.addEventListener('message', ({ data }) => {
      if (data === SIGNED_OUT) this.forget();
    });
  }

  override forget(): void {
    forgetTextDrafts();
    super.forget();
  }

  override async signOut(): Promise<void> {
    await super.signOut();
    this.#channel.postMessage(SIGNED_OUT);
  }

  override async signOutEverywhere(): Promise<void> {
    await super.signOutEverywhere();
    this.#channel.postMessage(SIGNED_OUT);
  }
}
