/** Finds Prometheus and promtool, and installs them on Debian. Only the tests of the metrics need them. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { installFromDebian, isRootOnDebian } from './debian.mjs';

/**
 * Both programs, of one folder of the path.
 *
 * @returns {{ prometheus: string, promtool: string } | undefined}
 */
export function findPrometheus() {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/bin', '/usr/local/bin'];
  for (const folder of folders.filter(Boolean)) {
    const [prometheus, promtool] = ['prometheus', 'promtool'].map((name) => path.join(folder, name));
    if (existsSync(prometheus) && existsSync(promtool)) return { prometheus, promtool };
  }
  return undefined;
}

/** Installs it where this is root on Debian. Elsewhere the tests of the metrics are left out, and say so. */
export async function providePrometheus() {
  if (findPrometheus() !== undefined || !isRootOnDebian()) return;
  try {
    await installFromDebian('prometheus', 'Prometheus');
  } catch (error) {
    // The other tests do not need it.
    console.log(error.message);
  }
}
