import { isIPv6 } from 'node:net';

/**
 * Who an address stands for: one IPv4 address, or the /64 network of an IPv6 address, within which anyone can take another.
 * @param address as a socket or a proxy names it, IPv4 within IPv6 and zones included; anything else stands for itself
 */
export function groupAddress(address: string): string {
  const [bare = ''] = address.split('%');
  if (!isIPv6(bare)) return address;
  // A URL writes an address in one way alone: RFC 5952, lower case, IPv4 as two groups.
  const canonical = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical);
  if (mapped !== null) return toIpv4(mapped.slice(1).map((group) => parseInt(group, 16)));
  const [head = '', tail = ''] = canonical
    .split('::')
    .map((half) => half.split(':').filter(Boolean).join(':'));
  const before = head.split(':').filter(Boolean);
  const after = tail.split(':').filter(Boolean);
  const zeros = Array.from(
    { length: canonical.includes('::') ? 8 - before.length - after.length : 0 },
    () => '0',
  );
  return `${[...before, ...zeros, ...after].slice(0, 4).join(':')}::/64`;
}

function toIpv4(groups: readonly number[]): string {
  return groups.flatMap((group) => [group >> 8, group & 0xff]).join('.');
}
