/** Raw Bitcoin headers in a file: 80 bytes each, from genesis on. */
import { type FileHandle, open } from 'node:fs/promises';
import type { ChainFamily } from '@vision-light/protocol';
import { GatewayError } from '../gateway-error.js';

/** A file that is readable, holds whole headers, and begins with the genesis of its network. */
export class HeadersFile {
  private constructor(
    readonly path: string,
    readonly file: FileHandle,
    readonly headerBytes: number,
    /** Headers in the file, genesis included. */
    readonly count: number,
  ) {}

  /** @throws {GatewayError} if the file is not what this class says it is */
  static async open(path: string, family: ChainFamily): Promise<HeadersFile> {
    const file = await open(path, 'r').catch((error: unknown) => {
      throw unreadable(path, error);
    });
    try {
      const stat = await file.stat();
      if (!stat.isFile()) throw new GatewayError(`The headers file ${path} is not a file.`);
      const { size } = stat;
      const headerBytes = family.recordBytes;
      if (size === 0 || size % headerBytes !== 0) {
        throw new GatewayError(
          `The headers file ${path} has ${size} bytes, not a multiple of ${headerBytes}.`,
        );
      }
      const headers = new HeadersFile(path, file, headerBytes, size / headerBytes);
      if (Buffer.compare(await headers.read(0, 1), family.genesis.record) !== 0) {
        throw new GatewayError(`The headers file ${path} does not begin with the genesis of ${family.name}.`);
      }
      return headers;
    } catch (error) {
      await file.close();
      throw error instanceof GatewayError ? error : unreadable(path, error);
    }
  }

  /**
   * @returns the headers of `count` heights, or of as many as there are
   * @throws {GatewayError} if the file cannot be read or has become shorter
   */
  async read(fromHeight: number, count: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.min(count, this.count - fromHeight) * this.headerBytes);
    for (let filled = 0; filled < bytes.length; ) {
      const position = fromHeight * this.headerBytes + filled;
      const { bytesRead } = await this.file
        .read(bytes, filled, bytes.length - filled, position)
        .catch((error: unknown) => {
          throw unreadable(this.path, error);
        });
      if (bytesRead === 0) throw unreadable(this.path, new Error('it ends early'));
      filled += bytesRead;
    }
    return bytes;
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

function unreadable(path: string, error: unknown): GatewayError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new GatewayError(`The headers file ${path} cannot be read (${code ?? message}).`);
}
