/** The chain on disk, in LevelDB: `c` and the chunk's index as u32 BE → its bytes, `t` → the tip pointer. */
import { mkdir } from 'node:fs/promises';
import {
  type HeaderStore,
  type StoreChange,
  type StoredChain,
  StoreError,
  type StoreFault,
} from '@vision-light/protocol';
import { ClassicLevel } from 'classic-level';
import { GatewayError } from '../gateway-error.js';

const CHUNK_PREFIX = 0x63;
const TIP_KEY = Uint8Array.of(0x74);
const CHUNKS_END = Uint8Array.of(CHUNK_PREFIX + 1);

type Database = ClassicLevel<Uint8Array, Uint8Array>;

/** A {@link HeaderStore} in a folder of its own. Each write is one atomic batch, synced to disk. */
export class LevelStore implements HeaderStore {
  readonly #db: Database;
  #lastWrite: Promise<void> = Promise.resolve();

  private constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Opens the database in a folder, made if it is missing.
   *
   * @throws {GatewayError} if it is locked by another process, damaged, or cannot be read or written
   */
  static async open(folder: string): Promise<LevelStore> {
    try {
      await mkdir(folder, { recursive: true });
    } catch (error) {
      throw new GatewayError(`The data folder ${folder} cannot be made (${codeOf(error)}).`);
    }
    const db: Database = new ClassicLevel(folder, { keyEncoding: 'view', valueEncoding: 'view' });
    try {
      await db.open();
    } catch (error) {
      throw new GatewayError(openFault(folder, error));
    }
    return new LevelStore(db);
  }

  /** Copies: LevelDB returns Buffers, whose `slice` is a view. */
  async load(): Promise<StoredChain> {
    try {
      const chunks = [];
      for await (const [key, bytes] of this.#db.iterator({ gte: chunkKey(0), lt: CHUNKS_END })) {
        // A key of another length is none of ours; it is left to lie.
        if (key.length === 5) chunks.push({ index: indexOf(key), bytes: new Uint8Array(bytes) });
      }
      const tip = await this.#db.get(TIP_KEY);
      return { chunks, tip: tip && new Uint8Array(tip) };
    } catch (error) {
      throw new StoreError(faultOf(error), error);
    }
  }

  /** Writes take their turns: two at once could otherwise land in either order. */
  write(change: StoreChange): Promise<void> {
    const written = this.#lastWrite.then(() => this.#write(change));
    this.#lastWrite = written.catch(() => {});
    return written;
  }

  async close(): Promise<void> {
    await this.#lastWrite;
    await this.#db.close();
  }

  async #write(change: StoreChange): Promise<void> {
    try {
      const batch = this.#db.batch();
      if (change.removeFrom !== undefined) {
        const removed = this.#db.keys({ gte: chunkKey(change.removeFrom), lt: CHUNKS_END });
        for await (const key of removed) batch.del(key);
      }
      for (const { index, bytes } of change.put) batch.put(chunkKey(index), bytes);
      batch.put(TIP_KEY, change.tip);
      await batch.write({ sync: true });
    } catch (error) {
      throw new StoreError(faultOf(error), error);
    }
  }
}

function chunkKey(index: number): Uint8Array {
  const key = new Uint8Array(5);
  key[0] = CHUNK_PREFIX;
  new DataView(key.buffer).setUint32(1, index);
  return key;
}

function indexOf(key: Uint8Array): number {
  return new DataView(key.buffer, key.byteOffset).getUint32(1);
}

function openFault(folder: string, error: unknown): string {
  switch (causeCode(error)) {
    case 'LEVEL_LOCKED':
      return `The data in ${folder} is in use by another gateway.`;
    case 'LEVEL_CORRUPTION':
    case 'LEVEL_INVALID_ARGUMENT':
      return `The database in ${folder} is damaged. Remove the folder and start again: the chain is fetched anew.`;
    default:
      return `The database in ${folder} cannot be opened: ${(error as { cause?: Error }).cause?.message ?? error}`;
  }
}

function faultOf(error: unknown): StoreFault {
  if (causeCode(error) === 'LEVEL_CORRUPTION') return 'STORE_CORRUPT';
  // LevelDB passes the system's words on, not its codes.
  return /no space left|quota/i.test(String((error as { cause?: unknown }).cause ?? error))
    ? 'STORE_QUOTA'
    : 'STORE_FAILED';
}

function causeCode(error: unknown): string {
  const { cause } = error as { readonly cause?: unknown };
  return cause === undefined ? codeOf(error) : codeOf(cause);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
