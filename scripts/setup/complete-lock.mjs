/**
 * Run by hand after dependencies changed: adds the binaries of other platforms to package-lock.json.
 *
 * A registry that carries only some platforms makes npm write a lock file without the others, and `npm ci` then
 * refuses it everywhere, even where they are not wanted. The entries that are added here have no integrity, because it is
 * not known. npm adds it on the platform where the package is installed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../run/run-command.mjs';

const systems = [
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'aix',
  'win32',
];
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64', 'wasm32'];

/**
 * Optional dependencies that a lock file's packages ask for and that it does not hold.
 *
 * @param {Record<string, { optionalDependencies?: Record<string, string> }>} packages  of package-lock.json
 * @returns {{ name: string, version: string, parent: string }[]}
 */
export function missingOptional(packages) {
  const isHeld = (parent, name) => {
    // Node looks in every node_modules folder from the package upwards.
    const folders = parent
      .split('/node_modules/')
      .map((_, index, parts) => parts.slice(0, index + 1).join('/node_modules/'));
    return ['', ...folders].some((folder) => `${folder ? `${folder}/` : ''}node_modules/${name}` in packages);
  };
  return Object.entries(packages).flatMap(([parent, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !isHeld(parent, name))
      .map(([name, version]) => ({ name, version, parent })),
  );
}

function entryOf({ name, version, parent }, packages) {
  const parts = name.split('/').at(-1).split('-');
  const os = systems.find((system) => parts.includes(system));
  const cpu = processors.find((processor) => parts.includes(processor));
  if (os === undefined || cpu === undefined) throw new Error(`For which platform is ${name}?`);
  const libc = parts.some((part) => part.startsWith('musl')) ? 'musl' : 'glibc';
  const { dev, license, engines } = packages[parent];
  return {
    version,
    cpu: [cpu],
    dev,
    libc: os === 'linux' ? [libc] : undefined,
    license,
    optional: true,
    os: [os],
    engines,
  };
}

if (process.argv[1] === path.join(root, 'scripts/setup/complete-lock.mjs')) {
  const file = path.join(root, 'package-lock.json');
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const missing = missingOptional(lock.packages);
  for (const each of missing) lock.packages[`node_modules/${each.name}`] = entryOf(each, lock.packages);
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  lock.packages = Object.fromEntries(sorted);
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`Added ${missing.length} entries to package-lock.json`);
}
