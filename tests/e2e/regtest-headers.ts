/** Long chains of Bitcoin regtest, where every second hash is a proof of work. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { resolveNetwork } from '@vision-light/protocol';

const REGTEST_BITS = 0x207fffff;

const sha256d = (bytes: Buffer): Buffer =>
  createHash('sha256').update(createHash('sha256').update(bytes).digest()).digest();

/**
 * Writes headers as a gateway reads them: 80 bytes each, genesis first.
 *
 * @param count  headers after genesis
 * @param salt  chains of different salts differ from the first header on
 * @returns path of the file
 */
export async function writeRegtestChain(folder: string, count: number, salt: number): Promise<string> {
  const { genesis } = resolveNetwork('bitcoin-regtest');
  const bytes = Buffer.alloc(80 * (count + 1));
  bytes.set(genesis.record.subarray(0, 80));
  const firstTime = bytes.readUInt32LE(68);
  let parent = sha256d(bytes.subarray(0, 80));
  for (let height = 1; height <= count; height++) {
    const header = bytes.subarray(80 * height, 80 * (height + 1));
    header.writeInt32LE(4, 0);
    header.set(parent, 4);
    header.fill(salt, 36, 68);
    header.writeUInt32LE(firstTime + 60 * height, 68);
    header.writeUInt32LE(REGTEST_BITS, 72);
    for (let nonce = 0; ; nonce++) {
      header.writeUInt32LE(nonce, 76);
      parent = sha256d(header);
      // The target begins with a bit that is zero.
      if ((parent[31] as number) < 0x80) break;
    }
  }
  const file = path.join(folder, `regtest-${salt}.bin`);
  await writeFile(file, bytes);
  return file;
}
