import { expect, it } from 'vitest';
import { placeOf, readDirectAddress, writeDirectAddress } from './direct-address.js';

const hex = Array.from({ length: 32 }, (_, i) => (i * 8).toString(16).padStart(2, '0')).join('');
const colons = (hex.match(/../g) ?? []).join(':').toUpperCase();

it.each([
  ['192.0.2.7:8082', { host: '192.0.2.7', port: 8082 }],
  ['0.0.0.0:1', { host: '0.0.0.0', port: 1 }],
  ['255.255.255.255:65535', { host: '255.255.255.255', port: 65_535 }],
  ['[2001:db8::7]:8082', { host: '2001:db8::7', port: 8082 }],
  ['[::]:8082', { host: '::', port: 8082 }],
  ['[1:2:3:4:5:6:7:8]:8082', { host: '1:2:3:4:5:6:7:8', port: 8082 }],
  ['[1:2:3:4:5:6:7::]:8082', { host: '1:2:3:4:5:6:7::', port: 8082 }],
])('reads and writes %s', (place, read) => {
  const address = { ...read, fingerprint: hex };
  expect(readDirectAddress(`${place}/${hex}`)).toEqual(address);
  expect(readDirectAddress(`${place}/${colons}`)).toEqual(address);
  expect(writeDirectAddress(address)).toBe(`${place}/${hex}`);
  expect(placeOf(address)).toBe(place);
});

it.each([
  '',
  hex,
  `192.0.2.7/${hex}`,
  `192.0.2.7:/${hex}`,
  `192.0.2.7:0/${hex}`,
  `192.0.2.7:65536/${hex}`,
  `192.0.2:8082/${hex}`,
  `192.0.2.256:8082/${hex}`,
  `192.0.2.7.1:8082/${hex}`,
  `192.0..7:8082/${hex}`,
  `gateway.example:8082/${hex}`,
  `2001:db8::7:8082/${hex}`,
  `[2001:db8::7]/${hex}`,
  `[2001:db8:7]:8082/${hex}`,
  `[2001::db8::7]:8082/${hex}`,
  `[1:2:3:4:5:6:7:8:9]:8082/${hex}`,
  `[1:2:3:4::5:6:7:8]:8082/${hex}`,
  `[12345::]:8082/${hex}`,
  `[:1::]:8082/${hex}`,
  `[fe80::1%eth0]:8082/${hex}`,
  `192.0.2.7:8082/${hex.slice(1)}`,
  `192.0.2.7:8082/${hex}0`,
  `192.0.2.7:8082/${colons}:00`,
  `192.0.2.7:8082/${colons.replace(':', '')}`,
  `192.0.2.7:8082/${hex.replace('0', 'g')}`,
  ` 192.0.2.7:8082/${hex}`,
  `https://192.0.2.7:8082/${hex}`,
])('takes %j for no address', (text) => {
  expect(readDirectAddress(text)).toBeUndefined();
});
