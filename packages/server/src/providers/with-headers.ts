import type { Fetch } from './check-answers.ts';

/**
 * SDKs add headers, and replace some, from variables of the environment, which may hold another upstream's key; and tell every
 * upstream what machine they run on.
 *
 * @param options.own all that a call sends beside the type of its body; a later one replaces an earlier one of the same name
 * @param options.passed names of those that the SDK is told with each call
 * @returns the same `fetch`, with no other headers than these
 */
export function withHeaders(
  fetch: Fetch,
  { own, passed = [] }: { own: Readonly<Record<string, string>>; passed?: readonly string[] },
): Fetch {
  return async (input, init) => {
    const asked = new Headers(init?.headers);
    const headers = new Headers({ accept: 'application/json', 'user-agent': 'Sluice' });
    if (init?.body) headers.set('content-type', 'application/json');
    for (const [name, value] of Object.entries(own)) headers.set(name, value);
    for (const name of passed) headers.set(name, asked.get(name) ?? '');
    return await fetch(input, { ...init, headers });
  };
}
