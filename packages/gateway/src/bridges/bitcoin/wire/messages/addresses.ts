/** `addr` and `addrv2`: where other nodes listen. Addresses of networks that are not known are skipped when read. */
import type { ByteReader, ByteWriter } from '@vision-light/protocol';
import { ADDRESS_BYTES_MAX, ADDRESSES_PER_MESSAGE_MAX } from '../../limits.js';
import { netAddress, networkIds, networkOfId, type SeenAddress } from '../../net-address.js';
import {
  COUNT_BYTES,
  readBigCompactSize,
  readCount,
  readPort,
  writeBigCompactSize,
  writeCount,
  writePort,
  writeU32,
  writeU64,
} from '../fields.js';
import type { BitcoinRow } from '../message-row.js';

/** The old form, which knows IPv4 and IPv6 only. */
export interface Addr {
  readonly command: 'addr';
  /** At most 1,000. */
  readonly addresses: readonly SeenAddress[];
}

/** The form of BIP155. */
export interface AddrV2 {
  readonly command: 'addrv2';
  /** At most 1,000. */
  readonly addresses: readonly SeenAddress[];
}

const ipv6Bytes = 16;

function readAll(reader: ByteReader, read: () => SeenAddress | undefined): SeenAddress[] {
  const addresses: SeenAddress[] = [];
  for (let rest = readCount(reader, ADDRESSES_PER_MESSAGE_MAX); rest > 0 && !reader.failed; rest--) {
    const seen = read();
    if (seen !== undefined) addresses.push(seen);
  }
  return addresses;
}

function writeAll(
  writer: ByteWriter,
  addresses: readonly SeenAddress[],
  write: (seen: SeenAddress) => void,
): void {
  writeCount(writer, addresses.length, ADDRESSES_PER_MESSAGE_MAX);
  for (const seen of addresses) {
    writeU32(writer, 'time', seen.time);
    write(seen);
    writePort(writer, seen.address.port);
  }
}

/** See {@link Addr}. */
export const addr: BitcoinRow<Addr> = {
  command: 'addr',
  payloadMax: COUNT_BYTES + ADDRESSES_PER_MESSAGE_MAX * (4 + 8 + ipv6Bytes + 2),
  decode: (reader) => ({
    command: 'addr',
    addresses: readAll(reader, () => {
      const time = reader.u32();
      const services = reader.u64();
      const bytes = reader.view(ipv6Bytes);
      const address = netAddress('ipv6', bytes, readPort(reader));
      return address && { address, time, services };
    }),
  }),
  encode(writer, { addresses }) {
    writeAll(writer, addresses, ({ address: { network, bytes }, services }) => {
      if (network !== 'ipv4' && network !== 'ipv6')
        throw new RangeError(`addresses: ${network} does not fit into addr`);
      writeU64(writer, 'services', services);
      if (network === 'ipv4') writer.raw(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff));
      writer.raw(bytes);
    });
  },
};

/** How many bytes an address has by its network's number, those that are no longer in use included. */
const bytesById: Readonly<Record<number, number>> = { 1: 4, 2: 16, 3: 10, 4: 32, 5: 32, 6: 16 };

/** See {@link AddrV2}. */
export const addrv2: BitcoinRow<AddrV2> = {
  command: 'addrv2',
  payloadMax: COUNT_BYTES + ADDRESSES_PER_MESSAGE_MAX * (4 + 9 + 1 + COUNT_BYTES + ADDRESS_BYTES_MAX + 2),
  decode: (reader) => ({
    command: 'addrv2',
    addresses: readAll(reader, () => {
      const time = reader.u32();
      const services = readBigCompactSize(reader);
      const id = reader.u8();
      const bytes = reader.view(readCount(reader, ADDRESS_BYTES_MAX));
      const port = readPort(reader);
      const length = bytesById[id];
      if (length !== undefined && length !== bytes.length) reader.fail();
      const kind = networkOfId(id);
      const address = kind && netAddress(kind, bytes, port);
      return address && { address, time, services };
    }),
  }),
  encode(writer, { addresses }) {
    writeAll(writer, addresses, ({ address: { network, bytes }, services }) => {
      writeBigCompactSize(writer, services);
      writer.u8(networkIds[network]);
      writeCount(writer, bytes.length, ADDRESS_BYTES_MAX);
      writer.raw(bytes);
    });
  },
};
