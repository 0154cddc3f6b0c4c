/** Takes a file of headers into the chain, through the same verification as headers of a peer. */
import type { ChainFamily } from '@vision-light/protocol';
import { GatewayError } from '../gateway-error.js';
import { FILE_BATCH_HEADERS, FILE_BATCHES_IN_FLIGHT_MAX } from '../limits.js';
import type { NodeHost } from '../node-host.js';
import type { HeadersFile } from './headers-file.js';

/** What to import into what. */
export interface HeadersImportOptions {
  readonly host: NodeHost;
  readonly family: ChainFamily;
  /** Closed by whoever opened it. */
  readonly file: HeadersFile;
  onProgress(done: number, total: number): void;
}

/**
 * Verifies and adds the headers of a file that the chain does not hold yet; nothing if the chain is as long already.
 *
 * @returns how many were added
 * @throws {GatewayError} if the file cannot be read to its end, or a header in it breaks a rule
 */
export async function importHeaders({
  host,
  family,
  file,
  onProgress,
}: HeadersImportOptions): Promise<number> {
  const last = file.count - 1;
  const from = await firstMissing(file, host);
  if (from > last) return 0;
  const underWay: Promise<string | undefined>[] = [];
  const settleOldest = async (): Promise<void> => {
    const fault = await underWay.shift();
    if (fault === undefined) onProgress(host.node.tip.height, last);
    else throw new GatewayError(`The headers file ${file.path} breaks a rule at ${fault}.`);
  };
  for (let height = from; height <= last; height += FILE_BATCH_HEADERS) {
    const records = await file.read(height, FILE_BATCH_HEADERS);
    underWay.push(submit(host, height, records, family.recordBytes));
    if (underWay.length >= FILE_BATCHES_IN_FLIGHT_MAX) await settleOldest();
  }
  while (underWay.length > 0) await settleOldest();
  return last - from + 1;
}

/** The height after our tip if the file holds our chain up to there; the first after genesis if it does not. */
async function firstMissing(file: HeadersFile, { node: { tree } }: NodeHost): Promise<number> {
  const height = tree.tipHeight;
  // A longer chain is not replaced by a shorter file, whatever its work: that is for peers to show.
  if (height >= file.count) return height + 1;
  const isOurs = Buffer.compare(await file.read(height, 1), tree.record(tree.tip)) === 0;
  return isOurs ? height + 1 : 1;
}

/** @returns what was wrong where, if anything was */
async function submit(
  host: NodeHost,
  height: number,
  records: Uint8Array,
  headerBytes: number,
): Promise<string | undefined> {
  const count = records.length / headerBytes;
  const batch = { count, records, hashes: new Uint8Array(count * 32) };
  const { accepted, code } = await host.submit(batch, [], 'headers-file');
  return code === undefined ? undefined : `height ${height + accepted}: ${code}`;
}
