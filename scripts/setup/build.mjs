/** `npm run build`: brings everything that is compiled up to date. */
import './node-version.mjs';
import { exitWith } from '../run/run-command.mjs';
import { ensureReady } from './ensure-ready.mjs';

try {
  await ensureReady();
  console.log('Everything is built.');
} catch (error) {
  exitWith(error);
}
