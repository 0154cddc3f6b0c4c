/** What a gateway reads of the full nodes that it knew before it was started: bytes on disk, which may be anything. */
import { bytesToHex, sha256 } from '@vision-light/protocol';
import { AddressBook } from '../../packages/gateway/src/bridges/bitcoin/addresses/address-book.js';
import { isRoutable, parseNetAddress } from '../../packages/gateway/src/bridges/bitcoin/net-address.js';
import { defined } from '../../packages/protocol/src/assert.js';
import type { FuzzTarget } from './fuzz-target.js';

const now = 1_800_000_000;
const options = { random: () => 0.3, secret: new Uint8Array(16).fill(5) };
const HASH_BYTES = 32;

const at = (text: string) => defined(parseNetAddress(text, 8333), 'an address');
const seal = (body: Uint8Array): Uint8Array => Uint8Array.of(...body, ...sha256(body));

function sample(addresses: readonly string[]): Uint8Array {
  const book = new AddressBook(options);
  const seen = addresses.map((text) => ({ address: at(text), time: now, services: 73n }));
  book.add(seen, 'seed.example.org', now);
  for (const { address } of seen.slice(0, 2)) book.tried(address, 9n, now);
  book.setAnchors(seen.slice(0, 1).map(({ address }) => address));
  for (const { address } of seen.slice(-2)) book.discourage(address, now);
  return book.encode().slice(0, -HASH_BYTES);
}

/** Without the hash at its end, so that hostile bytes get behind it. */
export const addressBook: FuzzTarget = {
  name: 'addresses of full nodes on disk',
  weight: 1,
  samples: [sample([]), sample(['1.2.3.4', '[2a01:4f8::1]:18333', '5.6.7.8:1', '9.8.7.6', '[2a02::5]'])],
  check(input) {
    const { book, code } = AddressBook.decode(seal(input), options);
    const { size, anchors } = book;
    if (code !== undefined && (size.new > 0 || size.tried > 0 || anchors.length > 0))
      throw new Error(`${code}, and not empty`);
    const bytes = book.encode();
    const again = AddressBook.decode(bytes, options);
    if (again.code !== undefined) throw new Error(`encoded again: ${again.code}`);
    if (Buffer.compare(again.book.encode(), bytes) !== 0) throw new Error(`not stable: ${bytesToHex(bytes)}`);
    const address = book.choose({ isTaken: () => false, wallTime: now });
    if (address !== undefined && !isRoutable(address)) throw new Error('chooses what cannot be dialed');
  },
};
