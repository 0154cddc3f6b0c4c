/** Headers and bodies on disk, in LevelDB; the keys are in `level-keys.ts`. */
import { mkdir } from 'node:fs/promises';
import {
  type BodyChange,
  type NodeStore,
  type StoreChange,
  type StoredChain,
  StoreError,
  type StoreFault,
} from '@vision-light/protocol';
import { ClassicLevel } from 'classic-level';
import { GatewayError } from '../gateway-error.js';
import {
  bodyKey,
  chunkKey,
  chunkRange,
  HASH_RANGE,
  hashKey,
  hashOf,
  indexOf,
  TIP_KEY,
} from './level-keys.js';

const NOTHING = new Uint8Array(0);

type Database = ClassicLevel<Uint8Array, Uint8Array>;
type Batch = ReturnType<Database['batch']>;

/**
 * A {@link NodeStore} in a folder of its own. Each write is one atomic batch, in the order of the calls.
 *
 * Headers are synced to disk. Bodies are handed to the system and no more, for a body that a power failure takes is
 * fetched again; it is missing wholly, and never in the list alone. The end of the process takes none.
 */
export class LevelStore implements NodeStore {
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

  async load(): Promise<StoredChain> {
    try {
      const chunks = [];
      for await (const [key, bytes] of this.#db.iterator(chunkRange(0))) {
        const index = indexOf(key);
        // A key that is none of ours is left to lie.
        if (index !== undefined) chunks.push({ index, bytes: plainBytes(bytes) });
      }
      const tip = await this.#db.get(TIP_KEY);
      return { chunks, tip: tip && plainBytes(tip) };
    } catch (error) {
      throw new StoreError(faultOf(error), error);
    }
  }

  write({ removeFrom, put, tip }: StoreChange): Promise<void> {
    return this.#enqueue(async (batch) => {
      if (removeFrom !== undefined)
        for await (const key of this.#db.keys(chunkRange(removeFrom))) batch.del(key);
      for (const { index, bytes } of put) batch.put(chunkKey(index), bytes);
      batch.put(TIP_KEY, tip);
      await batch.write({ sync: true });
    });
  }

  async listBodies(): Promise<Uint8Array[]> {
    try {
      const hashes = [];
      for await (const key of this.#db.keys(HASH_RANGE)) {
        const hash = hashOf(key);
        // A key that is none of ours is left to lie.
        if (hash !== undefined) hashes.push(hash);
      }
      return hashes;
    } catch (error) {
      throw new StoreError(faultOf(error), error);
    }
  }

  async readBody(hash: Uint8Array): Promise<Uint8Array | undefined> {
    try {
      const body = await this.#db.get(bodyKey(hash));
      return body && plainBytes(body);
    } catch (error) {
      throw new StoreError(faultOf(error), error);
    }
  }

  writeBodies({ put, remove }: BodyChange): Promise<void> {
    return this.#enqueue(async (batch) => {
      for (const hash of remove) batch.del(bodyKey(hash)).del(hashKey(hash));
      for (const { hash, body } of put) batch.put(bodyKey(hash), body).put(hashKey(hash), NOTHING);
      await batch.write();
    });
  }

  async close(): Promise<void> {
    await this.#lastWrite;
    await this.#db.close();
  }

  /** Writes take their turns: two at once could otherwise land in either order. */
  #enqueue(write: (batch: Batch) => Promise<void>): Promise<void> {
    const written = this.#lastWrite.then(async () => {
      try {
        await write(this.#db.batch());
      } catch (error) {
        throw new StoreError(faultOf(error), error);
      }
    });
    this.#lastWrite = written.catch(() => {});
    return written;
  }
}

/** LevelDB returns Buffers, whose `slice` is a view. Copied only where the buffer behind holds something else too. */
function plainBytes(bytes: Uint8Array): Uint8Array {
  const isWhole = bytes.byteLength === bytes.buffer.byteLength;
  return isWhole ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes);
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
