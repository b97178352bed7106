import { PublicAddress } from '../http/public-address.ts';
import { type Finding, fail, note } from './finding.ts';
import { isTyped } from './hop.ts';

/**
 * What needs no request to be seen.
 * @param url the outermost that was named, or PUBLIC_URL
 */
export function checkAddresses(url: URL, publicUrl: string): Finding[] {
  const address = new PublicAddress(publicUrl);
  if (address.isOwnOrigin(url.origin)) return [];
  const meets = address.isOwnHost(url.host) ? 'cannot sign in' : 'get 421';
  const says = `people who type ${url.origin} ${meets}: PUBLIC_URL is ${address.url.origin}`;
  const fixes = [`if they do type it: set PUBLIC_URL=${url.origin}, and restart Sluice`];
  // Others may be places on the way, which nobody types.
  return isTyped(url) || url.host === address.url.host
    ? [fail('address', says, fixes)]
    : [note('address', says, fixes)];
}
