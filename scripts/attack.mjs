/** `npm run attack`: see `npm run attack -- --help`. */
import { runSource } from './run-source.mjs';

await runSource('tests/attack/main.ts');
