/** What embedding the node costs a page: the library with its workers and kernels inside, compressed. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const library = fileURLToPath(new URL('../../packages/browser-node/dist/index.js', import.meta.url));

/** @returns rows for people and figures for machines */
export async function benchBundle() {
  // At zlib's own level, as servers and the browser test compress it.
  const kilobytes = gzipSync(readFileSync(library)).length / 1000;
  return {
    rows: [
      { what: 'embeddable bundle, everything in it, gzipped', value: kilobytes, unit: 'kB', target: '≤ 79' },
    ],
    figures: { bundleGzipKb: Math.round(kilobytes * 10) / 10 },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table((await benchBundle()).rows);
