/** `npm run lint`: the checks that read the sources without running them. `npm run format` is this with `--write`. */
import '../setup/node-version.mjs';
import { exitWith, runNode } from '../run/run-command.mjs';
import { ensureReady } from '../setup/ensure-ready.mjs';

const isWriting = process.argv.includes('--write');

try {
  await ensureReady();
  if (isWriting) await runNode(['scripts/lint/limits-doc.mjs'], { show: true });
  const { correctStyle, runChecks } = await import('./lint-checks.mjs');
  const results = await runChecks(isWriting ? [correctStyle] : undefined);
  if (results.some(({ ok }) => !ok)) process.exitCode = 1;
} catch (error) {
  exitWith(error);
}
