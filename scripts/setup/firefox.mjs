/**
 * The Firefox of the browser tests: where it is, how it is installed, how it is started. It is driven by WebDriver BiDi.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { PlainError } from '../run/run-command.mjs';
import { installFromDebian, isRootOnDebian } from './debian.mjs';

/** Names under which Firefox is on the path. */
const names = ['firefox-esr', 'firefox'];

/** Where macOS has it. */
const macPath = '/Applications/Firefox.app/Contents/MacOS/firefox';

/** Settings of Firefox: no word to anyone outside. */
const preferences = {
  'app.update.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,',
  'toolkit.telemetry.enabled': false,
};

function findInstalled() {
  for (const name of names) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      // Not under this name.
    }
  }
  return existsSync(macPath) ? macPath : undefined;
}

/**
 * A Firefox that the browser tests can start. Where this is root on Debian and there is none, it is installed.
 *
 * @returns {Promise<string>} path of the executable
 * @throws {PlainError} one sentence that says what to install
 */
export async function findFirefox() {
  const named = process.env.FIREFOX_PATH;
  if (named && !existsSync(named)) throw new PlainError(`FIREFOX_PATH names ${named}, which does not exist.`);
  const installed = named || findInstalled();
  if (installed) return installed;
  if (isRootOnDebian()) {
    await installFromDebian('firefox-esr', 'Firefox');
    const added = findInstalled();
    if (added) return added;
  }
  throw new PlainError('No Firefox found: install it, or set FIREFOX_PATH to its executable.');
}

/**
 * Starts Firefox, driven by puppeteer over WebDriver BiDi.
 *
 * @param {Readonly<Record<string, unknown>>} more  further settings of Firefox
 */
export async function launchFirefox(more = {}) {
  // Imported when it is needed, for this module is read before the dependencies are installed.
  const { default: puppeteer } = await import('puppeteer-core');
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: await findFirefox(),
    extraPrefsFirefox: { ...preferences, ...more },
  });
}
