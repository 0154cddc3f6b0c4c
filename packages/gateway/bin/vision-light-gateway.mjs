#!/usr/bin/env node
// Checked in, so that npm finds something to link when a fresh clone has nothing built.
import { existsSync } from 'node:fs';

const cli = new URL('../dist/cli.js', import.meta.url);
if (!existsSync(cli)) {
  process.stderr.write('vision-light-gateway: not built yet; run "npm run build" in the repository first.\n');
  process.exit(1);
}
await import(cli.href);
