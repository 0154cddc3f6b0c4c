import { describe, expect, it } from 'vitest';
import { clientAddress, networkGroup } from './client-address.js';

describe('clientAddress', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::1', '0:0:0:0::/64'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    [undefined, 'unknown'],
  ])('counts %s as %s', (remote, address) => {
    expect(clientAddress(remote)).toBe(address);
  });
});

describe('networkGroup', () => {
  it.each([
    ['192.0.2.1', '192.0.2.0/24'],
    ['2001:db8:1:2::/64', '2001:db8:1::/48'],
    ['unknown', 'unknown'],
  ])('%s is in %s', (address, group) => {
    expect(networkGroup(address)).toBe(group);
  });
});
