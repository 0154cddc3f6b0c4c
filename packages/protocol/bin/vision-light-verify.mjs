#!/usr/bin/env node
/**
 * `vision-light-verify`: says whether a file proves that a block has a transaction, and what that is worth. It asks no
 * network. Checked in, so that npm finds something to link when a fresh clone has nothing built.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

const NAME = 'vision-light-verify';
/** Exit codes: the proof holds; it does not; nothing could be verified. */
const HOLDS = 0;
const REFUSED = 1;
const UNUSABLE = 2;
/** No proof and no checkpoint is larger as JSON. */
const FILE_BYTES_MAX = 8 * 1024 * 1024;

const helpText = `Usage: ${NAME} FILE [options]

Verifies a proof that a block has a transaction, with no network. FILE is what proveTx gave, as JSON or in its binary
form, or what Bitcoin Core's gettxoutproof gave, as hex or bytes.

The proof is held to what you trust: a checkpoint, or a header that you know to be on the chain.

  --checkpoint FILE    the checkpoint that the proof was made for, as JSON
  --network NAME       with --height and --hash: network of the header; the name of a JSON file for a network of your own
  --height N           its height
  --hash HASH          its hash, 64 lowercase hex digits
  --json               print the result as one JSON object
  --help               this text

For gettxoutproof the header is that of the block itself.

Exit codes: ${HOLDS} the proof holds, ${REFUSED} it does not, ${UNUSABLE} nothing could be verified.
`;

/** What cannot be used; the message is one line for the person who typed the command. */
class UsageError extends Error {}

const options = {
  checkpoint: { type: 'string' },
  network: { type: 'string' },
  height: { type: 'string' },
  hash: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
};

/** @param {string} file */
function read(file) {
  // npm runs scripts in the package's folder; INIT_CWD is where the command was typed.
  const place = path.resolve(process.env.INIT_CWD ?? process.cwd(), file);
  try {
    const { size } = statSync(place);
    if (size > FILE_BYTES_MAX) throw new UsageError(`${file}: ${size} bytes, at most ${FILE_BYTES_MAX}`);
    return new Uint8Array(readFileSync(place));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${file}: cannot be read (${error.code ?? error.message})`);
  }
}

/** @param {string} file */
function readJson(file) {
  try {
    return JSON.parse(Buffer.from(read(file)).toString('utf8'));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${file}: no JSON`);
  }
}

/** What the proof is to be held to; undefined if nothing is named. */
function readAnchor({ checkpoint, network, height, hash }) {
  const header = [network, height, hash];
  if (checkpoint !== undefined) {
    if (header.some((each) => each !== undefined))
      throw new UsageError('--checkpoint and --network, --height, --hash exclude each other');
    const anchor = readJson(checkpoint);
    if (typeof anchor !== 'object' || anchor === null) throw new UsageError(`${checkpoint}: no checkpoint`);
    return anchor;
  }
  if (header.every((each) => each === undefined)) return undefined;
  if (header.includes(undefined)) throw new UsageError('--network, --height and --hash go together');
  if (!/^\d{1,15}$/.test(height)) throw new UsageError(`--height: must be a whole number, got ${height}`);
  return { network: network.endsWith('.json') ? readJson(network) : network, height: Number(height), hash };
}

/** The proofs in a file: one of ours, or one for each transaction that a `gettxoutproof` shows. */
function readProofs(protocol, file, anchor) {
  const bytes = read(file);
  const text = Buffer.from(bytes).toString('latin1').trim();
  if (text.startsWith('VLTP')) return [bytes];
  if (text.startsWith('{')) return [readJson(file)];
  const raw = /^(?:[0-9a-f]{2})+$/i.test(text) ? new Uint8Array(Buffer.from(text, 'hex')) : bytes;
  const shown = protocol.decodeTxOutProof(raw);
  if (shown === undefined) throw new UsageError(`${file}: neither a proof nor what gettxoutproof gives`);
  if (anchor === undefined || 'root' in anchor || !`${anchor.network}`.startsWith('bitcoin-'))
    throw new UsageError('gettxoutproof is held to its block: --network bitcoin-…, --height and --hash');
  const { network, height } = anchor;
  return shown.matches.map(({ txid }) => protocol.txProofOf(shown, txid, { network, height }));
}

/** A value of JSON: bigints as digits, bytes as hex. */
function plain(_key, value) {
  if (typeof value === 'bigint') return value.toString();
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}

function describe(result, anchor, protocol) {
  if (!result.ok) {
    const detail = result.detail === '' ? '' : ` (${result.detail})`;
    return `The proof does not hold: ${result.code}. ${protocol.proofFaults[result.code]}${detail}\n`;
  }
  const { txid, height, blockHash, time, position, count, confirmations, work, tx } = result;
  const of = count === undefined ? '' : ` of ${count}`;
  const against = 'root' in anchor ? 'the checkpoint' : 'the header that you named';
  return [
    'The proof holds.',
    `  transaction    ${txid}${tx === undefined ? '  (its id alone: compare it with the transaction)' : `, ${tx.length} bytes`}`,
    `  in block       ${height}, ${blockHash}`,
    `  position       ${position}${of}, from 0`,
    `  block time     ${new Date(time * 1000).toISOString()}`,
    `  confirmations  ${confirmations}, as far as ${against} and the proof show`,
    `  work shown     ${work}`,
    'It says that the miner of this block committed to the transaction, and that the block is tied to what you',
    'trust. It does not say that the transaction was valid or had any effect.',
    '',
  ].join('\n');
}

function verify(protocol, proofs, anchor) {
  if (anchor === undefined) {
    const [proof] = proofs;
    const opened = proof instanceof Uint8Array ? protocol.decodeTxProof(proof) : { ok: true, proof };
    const wanted = opened.ok ? `: it was made for height ${opened.proof.anchor}` : '';
    throw new UsageError(`name what the proof is to be held to, --checkpoint or a header${wanted}`);
  }
  const now = Math.floor(Date.now() / 1000);
  return proofs.map((proof) => protocol.verifyTxProof(proof, anchor, { now }));
}

async function main(args) {
  let given;
  try {
    given = parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${error.message.split('. ')[0]}; see --help`);
  }
  const { values, positionals } = given;
  if (values.help) {
    process.stdout.write(helpText);
    return HOLDS;
  }
  const [file] = positionals;
  if (file === undefined || positionals.length > 1)
    throw new UsageError('one FILE must be named; see --help');
  const dist = new URL('../dist/index.js', import.meta.url);
  if (!existsSync(dist)) throw new UsageError('not built yet; run "npm run build" in the repository first');
  const protocol = await import(dist.href);
  const anchor = readAnchor(values);
  let results;
  try {
    results = verify(protocol, readProofs(protocol, file, anchor), anchor);
  } catch (error) {
    // Nothing in a proof throws: what does is what the proof is held to.
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new UsageError(error.message);
  }
  for (const result of results)
    process.stdout.write(
      values.json ? `${JSON.stringify(result, plain)}\n` : describe(result, anchor, protocol),
    );
  return results.every(({ ok }) => ok) ? HOLDS : REFUSED;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${NAME}: ${error.message}\n`);
  process.exitCode = UNUSABLE;
}
