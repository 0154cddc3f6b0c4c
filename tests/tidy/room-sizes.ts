/** Finds what has grown too large for one reading: long files, and folders with many files. */
import path from 'node:path';

/** Most lines of a source file of the core. */
export const LINES_MAX = 350;

/** Most source files that stand in one folder; those of its subfolders are theirs. */
export const FILES_MAX = 16;

/** Files with more than {@link LINES_MAX} lines, with how many they have. */
export function longFiles(files: readonly string[], textOf: (file: string) => string): string[] {
  return files.flatMap((file) => {
    const lines = textOf(file).replace(/\n$/, '').split('\n').length;
    return lines > LINES_MAX ? [`${file}: ${lines} lines`] : [];
  });
}

/** Folders with more than {@link FILES_MAX} files, with how many they have. */
export function fullFolders(files: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const file of files) {
    const folder = path.posix.dirname(file);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts].flatMap(([folder, count]) => (count > FILES_MAX ? [`${folder}: ${count} files`] : []));
}
