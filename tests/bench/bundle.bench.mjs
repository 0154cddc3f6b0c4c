/** What embedding the node costs a page: the library, and the workers with the rules and the kernel of its network. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const library = new URL('../../packages/browser-node/dist/', import.meta.url);

/** Kilobytes that a page loads of some of the library's files, at zlib's own level, as servers compress them. */
const kilobytes = (...files) =>
  files.reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, library))).length, 0) / 1000;

/** @returns rows for people and figures for machines */
export async function benchBundle() {
  const vision = kilobytes('index.js', 'vision-worker.js');
  const bitcoin = kilobytes('index.js', 'bitcoin-worker.js');
  return {
    rows: [
      { what: 'what a page on Vision loads, gzipped', value: vision, unit: 'kB', target: '≤ 88' },
      { what: 'what a page on Bitcoin loads, gzipped', value: bitcoin, unit: 'kB', target: '≤ 88' },
    ],
    figures: {
      visionGzipKb: Math.round(vision * 10) / 10,
      bitcoinGzipKb: Math.round(bitcoin * 10) / 10,
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table((await benchBundle()).rows);
