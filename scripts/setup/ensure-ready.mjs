/**
 * Sets up what a command needs, from a fresh clone on: dependencies, build, browser. What is up to date is left alone.
 *
 * This module and those that it imports use Node's own modules only, because the dependencies may not be installed yet.
 */
import './node-version.mjs';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PlainError, root, runCommand, runNode } from '../run/run-command.mjs';
import { build, buildSteps, docsStep, isBuildStale } from './build-steps.mjs';
import { findChromium } from './chromium.mjs';
import { findFirefox } from './firefox.mjs';
import { withSetupLock } from './setup-lock.mjs';

/**
 * Makes everything ready that the commands need. Prints a line for each thing done and nothing for what is up to date.
 *
 * @param {{ chromium?: boolean, firefox?: boolean, docs?: boolean }} [options]  browsers to provide too, and to name in
 *   `CHROME_PATH` and `FIREFOX_PATH`; whether the API documentation is wanted
 * @returns {Promise<string | undefined>} Chromium's executable, if it was asked for
 * @throws {PlainError} says in a sentence what is in the way
 */
export async function ensureReady({ chromium = false, firefox = false, docs = false } = {}) {
  const steps = docs ? [...buildSteps, docsStep] : buildSteps;
  if (!areDependenciesInstalled() || isBuildStale(steps)) {
    await withSetupLock(async () => {
      await installDependencies();
      await build(steps);
    });
  }
  if (firefox) process.env.FIREFOX_PATH = await findFirefox();
  if (!chromium) return undefined;
  const executable = await findChromium();
  process.env.CHROME_PATH = executable;
  return executable;
}

/** Runs `npm ci` unless node_modules holds what package-lock.json asks for. */
async function installDependencies() {
  if (areDependenciesInstalled()) return;
  console.log('Installing dependencies (npm ci) …');
  const started = performance.now();
  // Development dependencies too, whatever NODE_ENV says: the build needs them.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, output } = await runNpm(args);
  if (code !== 0) throw new PlainError(`npm ci failed:\n${output.trim()}`);
  if (!areDependenciesInstalled())
    throw new PlainError('npm ci left node_modules other than package-lock.json asks for.');
  console.log(`Installed dependencies (${((performance.now() - started) / 1000).toFixed(0)} s)`);
}

/**
 * npm writes a lock file of its own into node_modules as the last thing that it does, so that file is a truer stamp
 * than one of ours: it is missing after an interrupted install, and it follows `npm install` by hand.
 */
function areDependenciesInstalled() {
  const installedFile = path.join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(([name, entry]) => {
    // Optional packages are mostly those of other platforms; workspaces are folders of this repository.
    if (!name.includes('node_modules/') || entry.optional || entry.devOptional) return true;
    // A link to a workspace has no version; one that is new in the lock file must be made as well.
    if (entry.link) return installed[name]?.link === true;
    return installed[name]?.version === entry.version && installed[name]?.integrity === entry.integrity;
  });
}

function runNpm(args) {
  // Under `npm start` npm says where it is; otherwise it is on the path, on Windows as a script that needs a shell.
  const cli = process.env.npm_execpath;
  if (cli && path.basename(cli) === 'npm-cli.js') return runNode([cli, ...args]);
  return runCommand('npm', args, { shell: process.platform === 'win32' });
}
