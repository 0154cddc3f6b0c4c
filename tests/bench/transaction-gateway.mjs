/** Runs `transaction-gateway.ts` as a process of its own. */
import { importSource } from '../../scripts/run/import-source.mjs';

const { main } = await importSource('tests/bench/transaction-gateway.ts');
await main(process.argv.slice(2));
