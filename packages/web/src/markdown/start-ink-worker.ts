import { default as workerUrl } from './ink-worker.ts?worker&url';

/** The part of Trusted Types that the page uses; not every browser has them. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): {
    createScriptURL: (url: string) => string;
  };
}

/** The only policy that the page's Content-Security-Policy names: it lets one address through, whatever it is asked for. */
const policy = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy('sluice-worker', {
  createScriptURL: () => workerUrl,
});

export function startInkWorker(): Worker {
  return new Worker(policy?.createScriptURL(workerUrl) ?? workerUrl, { type: 'module', name: 'ink' });
}
