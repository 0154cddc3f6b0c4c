import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/** Folders with data, the repository's own first; the other holds files too large to carry. */
const folders = [path.join(root, 'tests/data'), path.join(root, '../shared/data')];

/** Path of a data file, or undefined where it is not there; says so, since nothing is counted for it. */
export function findData(name: string): string | undefined {
  const found = folders.map((folder) => path.join(folder, name)).find(existsSync);
  if (found === undefined) console.log(`not read, because it is not there: ${name}`);
  return found;
}

/** A file of `tests/data`, which must be there. */
export function readData(name: string): Buffer {
  return readFileSync(path.join(root, 'tests/data', name));
}

/** A file of `tests/vectors`. */
export function readVectors(name: string): string {
  return readFileSync(path.join(root, 'tests/vectors', name), 'utf8');
}
