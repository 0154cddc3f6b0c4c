/** Verifies a proof that a block has a transaction: `node verify.mjs proof.json anchor.json`. It needs no network. */
import { readFile } from 'node:fs/promises';
import { verifyTxProof } from '@vision-light/protocol/verify';
import { visionX } from '@vision-light/protocol/visionx';

const readJson = async (file) => JSON.parse(await readFile(file, 'utf8'));
const [proofFile, anchorFile] = process.argv.slice(2);
// A checkpoint, or `{ network, height, hash }` of a header that you know. What it says is what you trust.
const result = verifyTxProof(await readJson(proofFile), await readJson(anchorFile), { visionX });
if (result.ok)
  console.log(`${result.txid} is in block ${result.height}, confirmations: ${result.confirmations}`);
else console.log(`${result.code}: ${result.detail}`);
process.exitCode = result.ok ? 0 : 1;
