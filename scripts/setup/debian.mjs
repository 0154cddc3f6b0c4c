/** Installs Debian packages, where this process is root on Debian. */
import { existsSync, readFileSync } from 'node:fs';
import { PlainError, runCommand } from '../run/run-command.mjs';

/** Whether apt-get can be used without a password. */
export function isRootOnDebian() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/etc/os-release'))
    return false;
  return /^ID="?debian"?$/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/**
 * @param {string} name   of the package
 * @param {string} title  what to call it
 * @throws {PlainError} with what apt-get said
 */
export async function installFromDebian(name, title) {
  console.log(`Installing ${title} from the Debian packages …`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const steps = [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', name],
  ];
  for (const args of steps) {
    const { code, output } = await runCommand('apt-get', args, { env });
    if (code !== 0) throw new PlainError(`apt-get ${args.join(' ')} failed:\n${output.trim()}`);
  }
}
