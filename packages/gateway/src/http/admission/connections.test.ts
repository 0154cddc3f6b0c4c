import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { Connections } from './connections.js';

const socket = () => new EventEmitter() as Socket;

it('counts an address, its network group and all, until a connection closes', () => {
  const connections = new Connections({
    any: { max: 5, perAddressMax: 2, perGroupMax: 3 },
    status: { max: 0, perAddressMax: 0 },
  });
  const admit = (address: string, of = socket()) => connections.admit(of, address);
  const first = socket();
  expect(admit('192.0.2.1', first)).toBe('any');
  expect(admit('192.0.2.1')).toBe('any');
  expect(admit('192.0.2.1')).toBeUndefined();
  expect(admit('192.0.2.2')).toBe('any');
  // Three of the /24 are there.
  expect(admit('192.0.2.3')).toBeUndefined();
  expect(admit('192.0.3.3')).toBe('any');
  expect(admit('2001:db8:1:2::/64')).toBe('any');
  expect(admit('198.51.100.1')).toBeUndefined();
  first.emit('close');
  expect(admit('192.0.2.3')).toBe('any');
  expect(admit('192.0.2.4')).toBeUndefined();
});
