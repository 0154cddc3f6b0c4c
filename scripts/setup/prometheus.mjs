/** Where a Prometheus and its promtool may be. Tests of the metrics need them; nothing else does. */
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

/** Installs it where that can be done without asking; where not, the tests say what was not run. */
export async function providePrometheus() {
  if (findPrometheus() !== undefined || !isRootOnDebian()) return;
  try {
    await installFromDebian('prometheus', 'Prometheus');
  } catch (error) {
    // Unlike a browser it is no condition of the rest.
    console.log(error.message);
  }
}
