/** What full nodes of Bitcoin send, and what people write of where they are. */
import { bytesToHex } from '@vision-light/protocol';
import { formatNetAddress, parseNetAddress } from '../../packages/gateway/src/bridges/bitcoin/net-address.js';
import { encodeMessage } from '../../packages/gateway/src/bridges/bitcoin/wire/encode-message.js';
import type { BitcoinMessage } from '../../packages/gateway/src/bridges/bitcoin/wire/message.js';
import {
  decodePayload,
  MessageReader,
} from '../../packages/gateway/src/bridges/bitcoin/wire/message-reader.js';
import { messageRows } from '../../packages/gateway/src/bridges/bitcoin/wire/message-table.js';
import { bitcoinNetworks } from '../../packages/gateway/src/bridges/bitcoin/wire/networks.js';
import { defined } from '../../packages/protocol/src/assert.js';
import { sampleMessages } from '../bitcoin-messages.js';
import type { FuzzTarget } from './fuzz-target.js';

const { magic } = bitcoinNetworks['bitcoin-mainnet'];
const names = [...messageRows.keys()];
/** So that hostile bytes get behind the checksum, which nobody hits by chance. */
const anyHash = (): Uint8Array => new Uint8Array(32);
const encode = (message: BitcoinMessage): Uint8Array =>
  message.command === 'unknown' ? new Uint8Array(0) : encodeMessage(magic, message, anyHash);
const payloadOf = (message: BitcoinMessage): Uint8Array => encode(message).slice(24);

function expectEqual(what: string, a: Uint8Array, b: Uint8Array): void {
  if (Buffer.compare(a, b) !== 0) throw new Error(`${what}: ${bytesToHex(a)} is not ${bytesToHex(b)}`);
}

/** Some of what these say is skipped, so they have more than one form. */
const lossy = new Set(['version', 'addr', 'addrv2']);

/** The first byte says whose payload the rest is. */
const payloads: FuzzTarget = {
  name: "messages of Bitcoin's network",
  weight: 2,
  samples: sampleMessages.map((message) =>
    Uint8Array.of(names.indexOf(message.command), ...payloadOf(message)),
  ),
  check(input) {
    const name = defined(names[(input[0] ?? 0) % names.length], 'the table has rows');
    const payload = input.subarray(1);
    const message = decodePayload(name, payload);
    if (message === undefined) return;
    const again = payloadOf(message);
    if (!lossy.has(name)) expectEqual(`${name} encoded again`, again, payload);
    const second = decodePayload(name, again);
    if (second === undefined) throw new Error(`${name} encoded again is malformed`);
    expectEqual(`${name} encoded twice`, payloadOf(second), again);
  },
};

const stream = sampleMessages.map(encode);

const frames: FuzzTarget = {
  name: "streams of Bitcoin's network",
  weight: 1,
  samples: [
    Uint8Array.from(Buffer.concat(stream.slice(0, 12))),
    Uint8Array.from(Buffer.concat(stream.slice(12))),
    ...stream.slice(0, 5),
  ],
  check(input) {
    const whole = new MessageReader(magic, anyHash);
    const expected = whole.push(input).map(encode);
    const cut = new MessageReader(magic, anyHash);
    const size = 1 + ((input.at(-1) ?? 0) % 40);
    const got: Uint8Array[] = [];
    for (let at = 0; at < input.length; at += size)
      got.push(...cut.push(input.subarray(at, at + size)).map(encode));
    if (
      got.length !== expected.length ||
      cut.fault !== whole.fault ||
      cut.partialBytes !== whole.partialBytes
    )
      throw new Error(`${got.length} messages and ${cut.fault}, not ${expected.length} and ${whole.fault}`);
    for (const [i, message] of got.entries())
      expectEqual('message', message, defined(expected[i], 'there are as many'));
  },
};

const lenient = new TextDecoder();

const addressTexts: FuzzTarget = {
  name: 'addresses of full nodes as text',
  weight: 1,
  samples: ['1.2.3.4:8333', '[2001:db8::a:0:1]:18444', '::ffff:1.2.3.4', '[::1]'].map((text) =>
    new TextEncoder().encode(text),
  ),
  check(input) {
    const address = parseNetAddress(lenient.decode(input), 8333);
    if (address === undefined) return;
    const text = formatNetAddress(address);
    const again = parseNetAddress(text, 1);
    if (again === undefined || formatNetAddress(again) !== text || again.network !== address.network)
      throw new Error(`${text} is read otherwise`);
  },
};

/** All of them. */
export const bitcoinWireTargets: readonly FuzzTarget[] = [payloads, frames, addressTexts];
