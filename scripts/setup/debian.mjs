/** Installs Debian packages, where this process is root on Debian. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { PlainError, runCommand } from '../run/run-command.mjs';

/** Whether apt-get can be used without a password. */
export function isRootOnDebian() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/etc/os-release'))
    return false;
  return /^ID="?debian"?$/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/** Debian asks this program whether an installed service may start. 101 is no. See invoke-rc.d(8). */
const servicePolicy = '/usr/sbin/policy-rc.d';

/**
 * Installs a package. A server in it is not started: tests start their own, on ports of their own.
 *
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
  const isOurPolicy = !existsSync(servicePolicy);
  const removePolicy = () => rmSync(servicePolicy, { force: true });
  if (isOurPolicy) {
    writeFileSync(servicePolicy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    // Whoever presses Ctrl-C ends the process before anything below.
    process.once('exit', removePolicy);
  }
  try {
    for (const args of steps) {
      const { code, output } = await runCommand('apt-get', args, { env });
      if (code !== 0) throw new PlainError(`apt-get ${args.join(' ')} failed:\n${output.trim()}`);
    }
  } finally {
    if (isOurPolicy) {
      removePolicy();
      process.off('exit', removePolicy);
    }
  }
}
