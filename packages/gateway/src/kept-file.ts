/** Small files of a gateway's own, such as its keys: made once, kept over restarts, readable by their owner only. */
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * The text of a file, which is made if it is not there. It is there wholly or not at all: a process that ends in between leaves
 * a file of another name.
 *
 * @throws the error of the file system
 */
export async function readOrMake(file: string, make: () => string): Promise<string> {
  return (await readIfThere(file)) ?? (await createFile(file, make()));
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function createFile(file: string, text: string): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, text, { mode: 0o600 });
  try {
    await link(draft, file);
    return text;
  } catch (error) {
    // Another gateway of this folder was quicker.
    const other = await readIfThere(file);
    if (other === undefined) throw error;
    return other;
  } finally {
    await unlink(draft);
  }
}
