/** `npm run docs`: brings the API documentation in build/docs up to date. `npm start` serves it under /docs. */
import './node-version.mjs';
import { exitWith } from '../run/run-command.mjs';
import { ensureReady } from './ensure-ready.mjs';

try {
  await ensureReady({ docs: true });
  console.log('The API documentation is in build/docs.');
} catch (error) {
  exitWith(error);
}
