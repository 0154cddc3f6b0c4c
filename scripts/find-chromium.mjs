/** Where a Chromium may be, and how to get one where it is not. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { installFromDebian, isRootOnDebian } from './debian.mjs';
import { PlainError } from './run-command.mjs';

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
];

function candidates() {
  const { env, platform } = process;
  if (platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].flatMap((app) =>
      ['', env.HOME ?? ''].map((home) => `${home}/Applications/${app}.app/Contents/MacOS/${app}`),
    );
  }
  if (platform === 'win32') {
    const folders = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].filter(Boolean);
    const files = [
      'Google/Chrome/Application/chrome.exe',
      'Chromium/Application/chrome.exe',
      'Microsoft/Edge/Application/msedge.exe',
    ];
    return files.flatMap((file) => folders.map((folder) => path.join(folder, file)));
  }
  const folders = [...(env.PATH ?? '').split(path.delimiter), '/usr/bin', '/usr/local/bin', '/snap/bin'];
  return names.flatMap((name) => folders.filter(Boolean).map((folder) => path.join(folder, name)));
}

/**
 * A Chromium that the browser tests can start.
 *
 * @returns {Promise<string>} path of the executable
 * @throws {PlainError} one sentence that says what to install
 */
export async function findChromium() {
  const named = process.env.CHROME_PATH;
  if (named) {
    if (existsSync(named)) return named;
    throw new PlainError(`CHROME_PATH names ${named}, which does not exist.`);
  }
  const installed = candidates().find((file) => existsSync(file));
  if (installed) return installed;
  if (isRootOnDebian()) {
    await installFromDebian('chromium', 'Chromium');
    const added = candidates().find((file) => existsSync(file));
    if (added) return added;
  }
  throw new PlainError(
    'No Chromium found: install Chromium or Google Chrome, or set CHROME_PATH to its executable.',
  );
}
