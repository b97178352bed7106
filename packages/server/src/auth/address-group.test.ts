import { describe, expect, it } from 'vitest';
import { groupAddress } from './address-group.ts';

describe('groupAddress', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:cb00:7107', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['', ''],
    ['no address', 'no address'],
  ])('takes %j for %j', (address, group) => {
    expect(groupAddress(address)).toBe(group);
  });

  it('tells two networks of 64 bits apart', () => {
    expect(groupAddress('2001:db8:1:2::1')).not.toBe(groupAddress('2001:db8:1:3::1'));
  });
});
