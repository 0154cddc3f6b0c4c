/** Runs `replay-node.ts` as a process of its own. */
import { importSource } from '../../scripts/run/import-source.mjs';

const { main } = await importSource('tests/bench/replay-node.ts');
await main(process.argv.slice(2));
