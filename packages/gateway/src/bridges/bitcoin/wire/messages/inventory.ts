/** `inv`, `getdata` and `notfound`: lists of what a node has, wants or has not. */
import { INVENTORY_ITEMS_MAX } from '../../limits.js';
import { COUNT_BYTES, HASH_BYTES, readCount, writeCount, writeHash, writeU32 } from '../fields.js';
import type { BitcoinRow } from '../message-row.js';

/** A bit of a kind: with witnesses (BIP144). In `getdata` only. */
const witnessFlag = 2 ** 30;

/** What an item is. Others are read and mean nothing. */
export const inventoryKinds = {
  /** A transaction by its txid. */
  TX: 1,
  /** A block, without witnesses. */
  BLOCK: 2,
  /** A transaction by its witness id (BIP339). */
  WTX: 5,
  /** A transaction by its txid, with witnesses. */
  WITNESS_TX: 1 + witnessFlag,
  /** A block with witnesses. */
  WITNESS_BLOCK: 2 + witnessFlag,
} as const;

/** A block or a transaction. */
export interface InventoryItem {
  /** See {@link inventoryKinds}; u32. */
  readonly kind: number;
  /** 32 bytes; a view when read. */
  readonly hash: Uint8Array;
}

/** A list under one of the three names. */
export interface Inventory<C extends 'inv' | 'getdata' | 'notfound'> {
  readonly command: C;
  /** At most 50,000. */
  readonly items: readonly InventoryItem[];
}

function inventory<C extends 'inv' | 'getdata' | 'notfound'>(command: C): BitcoinRow<Inventory<C>> {
  return {
    command,
    payloadMax: COUNT_BYTES + INVENTORY_ITEMS_MAX * (4 + HASH_BYTES),
    decode(reader) {
      const count = readCount(reader, INVENTORY_ITEMS_MAX);
      if (reader.remaining !== count * (4 + HASH_BYTES)) reader.fail();
      const items = Array.from({ length: reader.failed ? 0 : count }, () => {
        return { kind: reader.u32(), hash: reader.view(HASH_BYTES) };
      });
      return { command, items };
    },
    encode(writer, { items }) {
      writeCount(writer, items.length, INVENTORY_ITEMS_MAX);
      for (const { kind, hash } of items) {
        writeU32(writer, 'kind', kind);
        writeHash(writer, hash);
      }
    },
  };
}

/** The sender has these. */
export const inv = inventory('inv');
/** The sender wants these. */
export const getdata = inventory('getdata');
/** The sender was asked for these and has them not. Blocks are never among them: an unknown one is not answered. */
export const notfound = inventory('notfound');
