/** `npm run fuzz`: see `npm run fuzz -- --help`. */
import { runSource } from './run-source.mjs';

await runSource('tests/fuzz/main.ts');
