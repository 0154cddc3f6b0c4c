/** `npm run sim`: see `npm run sim -- --help`. */
import { runSource } from './run-source.mjs';

await runSource('tests/sim/main.ts');
