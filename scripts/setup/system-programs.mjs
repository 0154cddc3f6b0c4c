/** Finds the programs of other projects that some tests run as real parts, and installs them on Debian. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { installFromDebian, isRootOnDebian } from './debian.mjs';

/** Each program, and the package of Debian that has it. Add a program here before a test asks for it. */
export const programPackages = {
  prometheus: 'prometheus',
  promtool: 'prometheus',
  nginx: 'nginx',
  turnserver: 'coturn',
  turnutils_uclient: 'coturn',
  'redis-server': 'redis-server',
  openssl: 'openssl',
  'systemd-analyze': 'systemd',
};

/** Where Debian puts programs. A user's path often lacks the folders of servers. */
const usualFolders = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin'];

/** @param {keyof typeof programPackages} name @returns {string | undefined} its path */
export function findProgram(name) {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), ...usualFolders];
  return folders
    .filter(Boolean)
    .map((folder) => path.join(folder, name))
    .find((file) => existsSync(file));
}

/** Installs what is missing where this is root on Debian. Elsewhere the tests that need it are left out, and say so. */
export async function provideSystemPrograms() {
  if (!isRootOnDebian()) return;
  const missing = Object.keys(programPackages).filter((name) => findProgram(name) === undefined);
  for (const each of new Set(missing.map((name) => programPackages[name]))) {
    try {
      await installFromDebian(each, each);
    } catch (error) {
      // The other tests do not need it.
      console.log(error.message);
    }
  }
}
