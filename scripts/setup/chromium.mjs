/**
 * The Chromium of the browser tests and the benches: where it is, how it is installed, how it is started.
 *
 * Puppeteer and Playwright would download a browser of their own on install. Here the browser of the machine is used.
 */
import { existsSync } from 'node:fs';
import { PlainError } from '../run/run-command.mjs';
import { installFromDebian, isRootOnDebian } from './debian.mjs';

/** How Chromium is started: also as root, without a GPU, and without a word to anyone outside. */
export const chromiumArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // With each window it builds a page of 370 scripts for the address bar: a second and a half on two slow cores.
  '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup',
];

/** @returns {Promise<string | undefined>} the executable of an installed Chromium or Chrome */
async function findInstalled() {
  // Imported when it is needed, for this module is read before the dependencies are installed.
  const { Launcher } = await import('chrome-launcher');
  try {
    return Launcher.getFirstInstallation();
  } catch {
    // On Linux it throws where there is none.
    return undefined;
  }
}

/**
 * A Chromium that the browser tests can start. Where this is root on Debian and there is none, it is installed.
 *
 * @returns {Promise<string>} path of the executable
 * @throws {PlainError} one sentence that says what to install
 */
export async function findChromium() {
  const named = process.env.CHROME_PATH;
  if (named && !existsSync(named)) throw new PlainError(`CHROME_PATH names ${named}, which does not exist.`);
  const installed = named || (await findInstalled());
  if (installed) return installed;
  if (isRootOnDebian()) {
    await installFromDebian('chromium', 'Chromium');
    const added = await findInstalled();
    if (added) return added;
  }
  throw new PlainError(
    'No Chromium found: install Chromium or Google Chrome, or set CHROME_PATH to its executable.',
  );
}
