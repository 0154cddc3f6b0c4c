/** The file in which the addresses of full nodes are kept: read at the start, replaced as a whole. */
import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { AddressBook } from '../addresses/address-book.js';

/** See the head of this file. */
export class AddressStore {
  #writing: Promise<void> = Promise.resolve();

  private constructor(
    readonly file: string | undefined,
    readonly book: AddressBook,
    readonly log: Logger,
  ) {}

  /** Reads a file; one that is not there, or is damaged, has no addresses. @param file  undefined to keep them in memory only */
  static async open(file: string | undefined, log: Logger): Promise<AddressStore> {
    const options = { random: () => Math.random(), secret: new Uint8Array(randomBytes(16)) };
    const bytes = file === undefined ? undefined : await readFile(file).catch(() => undefined);
    if (bytes === undefined) return new AddressStore(file, new AddressBook(options), log);
    const { book, code } = AddressBook.decode(bytes, options);
    if (code !== undefined)
      log.warn({ code, file }, 'the addresses of full nodes are lost, and are looked for anew');
    return new AddressStore(file, book, log);
  }

  /** Writes after what was to be written before; a crash leaves the old file or the new one. */
  save(bytes: Uint8Array): void {
    const { file, log } = this;
    if (file === undefined) return;
    const write = async (): Promise<void> => {
      await writeFile(`${file}.new`, bytes, { mode: 0o600 });
      await rename(`${file}.new`, file);
    };
    this.#writing = this.#writing
      .then(write)
      .catch((error: unknown) =>
        log.warn({ file, error: String(error) }, 'the addresses of full nodes are not kept'),
      );
  }

  /** Resolves once all is written. */
  close(): Promise<void> {
    return this.#writing;
  }
}
