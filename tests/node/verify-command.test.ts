/** What `vision-light-verify` says where nothing can be verified. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = path.join(root, 'packages/protocol/bin/vision-light-verify.mjs');
const bitcoinProof = path.join(root, 'tests/data/bitcoin/vectors/merkle/txoutproof_0830000-100.bin');
const folder = mkdtempSync(path.join(tmpdir(), 'vision-light-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(path.join(folder, 'null.json'), 'null');
writeFileSync(path.join(folder, 'list.json'), '[');

it.each([
  [
    'network: must be a known name',
    ['--network', 'bitcoin-nowhere', '--height', '1', '--hash', 'ab'.repeat(32)],
  ],
  ['anchor.hash: must be 64', ['--network', 'bitcoin-mainnet', '--height', '830000', '--hash', 'x']],
  ['null.json: no checkpoint', ['--checkpoint', 'null.json']],
  ['list.json: no JSON', ['--checkpoint', 'list.json']],
  ['missing.json: cannot be read (ENOENT)', ['--checkpoint', 'missing.json']],
  ['--network, --height and --hash go together', ['--network', 'bitcoin-mainnet']],
  ['gettxoutproof is held to its block', []],
])('says in a sentence: %s', (sentence, options) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, bitcoinProof, ...options], {
    encoding: 'utf8',
    env: { ...process.env, INIT_CWD: folder },
  });
  expect(stderr).toMatch(/^vision-light-verify: .+\n$/);
  expect(stderr).toContain(sentence);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
});
