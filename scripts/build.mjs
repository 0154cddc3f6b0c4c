/** `npm run build`: brings everything that is compiled up to date. */
import './node-version.mjs';
import { ensureReady } from './ensure-ready.mjs';
import { exitWith } from './run-command.mjs';

try {
  await ensureReady();
  console.log('Everything is built.');
} catch (error) {
  exitWith(error);
}
