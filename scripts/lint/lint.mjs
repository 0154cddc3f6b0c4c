/** `npm run lint`, and `npm run format` with `--write`: everything that can be said of the sources unrun. */
import '../setup/node-version.mjs';
import { exitWith, runNode } from '../run/run-command.mjs';
import { ensureReady } from '../setup/ensure-ready.mjs';

const isWriting = process.argv.includes('--write');

try {
  await ensureReady();
  if (isWriting) await runNode(['scripts/lint/limits-doc.mjs'], { show: true });
  const { checkLayers, checkStyle, checkTypes, checkUnused } = await import('./lint-checks.mjs');
  const checks = isWriting ? [() => checkStyle(true)] : [checkStyle, checkTypes, checkLayers, checkUnused];
  for (const check of checks) {
    const { name, ok, saw, output } = await check();
    console.log(`${ok ? '✓' : '✗'} ${name} (${saw})`);
    if (ok) continue;
    console.log(output.trim());
    process.exitCode = 1;
  }
} catch (error) {
  exitWith(error);
}
