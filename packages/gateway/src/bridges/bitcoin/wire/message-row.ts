/** One row of the table of Bitcoin's messages: all that the wire knows of one message. */
import type { ByteReader, ByteWriter } from '@vision-light/protocol';

/** One message: its name, its bounds and its bytes. */
export interface BitcoinRow<M extends { readonly command: string }> {
  /** Its name on the wire, at most 12 characters. */
  readonly command: M['command'];
  /** Most bytes of its payload. A receiver refuses more before anything is kept of it. */
  readonly payloadMax: number;
  /** True if other versions may have more fields behind those that are known here, which are skipped. */
  readonly mayHaveMore?: boolean;
  /** Reads a payload; views point into it. It counts only if the reader did not fail. */
  decode(reader: ByteReader): M;
  /** Writes it. @throws {RangeError} if a field is out of its range */
  encode(writer: ByteWriter, message: M): void;
}
