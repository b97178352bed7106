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
  const set = [`if people type it: set PUBLIC_URL=${url.origin}, and restart Sluice`];
  if (url.host === address.url.host) {
    const says = `people who come by ${url.origin} cannot sign in: PUBLIC_URL says ${address.url.protocol}//`;
    return [fail('scheme', says, set)];
  }
  const says = `people who type ${url.origin} get 421: PUBLIC_URL is ${address.url.origin}`;
  return [isTyped(url) ? fail('address', says, set) : note('address', says, set)];
}
