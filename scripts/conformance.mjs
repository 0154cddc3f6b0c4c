/** `npm run conformance`: see `npm run conformance -- --help`. */
import { ensureReady } from './ensure-ready.mjs';
import { exitWith } from './run-command.mjs';

try {
  await ensureReady();
  const { main } = await import('../build/conformance/main.js');
  // npm starts scripts in the repository's root and says where it was called itself.
  const folder = process.env.INIT_CWD ?? process.cwd();
  process.exitCode = main(process.argv.slice(2), folder, console.log, console.error);
} catch (error) {
  exitWith(error);
}
