/** How long it takes to make a proof once the block is there, and to verify one: blocks of 2,000 transactions of both families. */
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import {
  encodeTxProof,
  encodeVisionBody,
  HeaderCommitment,
  makeCheckpoint,
  makeTxProof,
  resolveNetwork,
  verifyTxProof,
} from '@vision-light/protocol';

const TRANSACTIONS = 2000;
/** Headers under the root of the checkpoint. */
const HEADERS = 4096;
const ROUNDS = 15;

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Milliseconds of the median round, after as many that are not counted. */
function measure(run) {
  const times = [];
  for (let i = 0; i < 2 * ROUNDS; i++) {
    const start = performance.now();
    run();
    times.push(performance.now() - start);
  }
  return median(times.slice(ROUNDS));
}

function visionBody() {
  return encodeVisionBody(
    Array.from({ length: TRANSACTIONS }, (_, i) => ({
      nonce: BigInt(i),
      sender_pubkey: 'ab'.repeat(32),
      access_list: [],
      module: 'cash',
      method: 'transfer',
      args: [1, 2, 3],
      tip: 1n,
      fee_limit: 1000n,
      sig: 'cd'.repeat(64),
      max_priority_fee_per_gas: 0n,
      max_fee_per_gas: 5n,
    })),
  );
}

function bitcoinTx(i) {
  const outpoint =
    i === 0 ? [...new Array(32).fill(0), 255, 255, 255, 255] : [...new Array(32).fill(7), 0, 0, 0, 0];
  const script = [2, i & 255, i >> 8];
  const output = [1, 1, 0, 0, 0, 0, 0, 0, 0, 25, ...new Array(25).fill(3)];
  return Uint8Array.from([1, 0, 0, 0, 1, ...outpoint, ...script, 255, 255, 255, 255, ...output, 0, 0, 0, 0]);
}

/** A chain of headers that no rule is asked of: what a checkpoint commits to. */
function stage(network, body) {
  const family = resolveNetwork(network);
  const height = HEADERS / 2;
  // Splitting is part of making; the root of this block is that of its transactions.
  const transactions = family.splitBody(body);
  const material = (headers, path) => {
    const split = family.splitBody(body);
    const ids = new Uint8Array(32 * split.length);
    for (const [i, { id }] of split.entries()) ids.set(id, 32 * i);
    return {
      network,
      height,
      ids,
      position: TRANSACTIONS / 2,
      committed: family.committedBytes(split[TRANSACTIONS / 2].bytes),
      firstCommitted: family.committedBytes(split[0].bytes),
      tie: 'root',
      anchor: HEADERS - 1,
      headers,
      path,
    };
  };
  const rootAt = family.family === 'bitcoin' ? 36 : 64;
  const record = family.genesis.record.slice();
  record.set(rootOf(family, transactions), rootAt);
  const recordAt = (at) => (at === height ? record : family.genesis.record);
  const commitment = new HeaderCommitment({
    bytes: (at) => family.headerBytes(recordAt(at)),
    hash: (at) => family.headerHash(recordAt(at)),
  });
  const first = family.firstAncestor(HEADERS - 1);
  const count = HEADERS - first;
  const records = new Uint8Array(count * family.recordBytes);
  for (let i = 0; i < count; i++) records.set(family.genesis.record, i * family.recordBytes);
  const base = {
    height: HEADERS - 1,
    hash: family.headerHash(family.genesis.record),
    chainwork: 1n,
    records,
  };
  const checkpoint = makeCheckpoint(family, network, base, commitment.root(HEADERS));
  const make = () => {
    const path = new Uint8Array(commitment.path(height, HEADERS).flatMap((hash) => [...hash]));
    const made = makeTxProof(material(family.headerBytes(record).slice(), path));
    if (!made.ok) throw new Error(made.code);
    return made.proof;
  };
  const proof = make();
  const result = verifyTxProof(proof, checkpoint);
  if (!result.ok) throw new Error(`${result.code} ${result.detail}`);
  const bytes = encodeTxProof(proof);
  return {
    makeMs: measure(make),
    verifyMs: measure(() => verifyTxProof(proof, checkpoint)),
    bytes: bytes.length,
  };
}

/** The root of a block: what the check of its body says that another one should have been. */
function rootOf(family, transactions) {
  const context = { record: family.genesis.record, height: 1_000_000, parentRecord: family.genesis.record };
  const verdict = family.checkBody(family.joinBody(transactions.map(({ bytes }) => bytes)), context);
  const hex = /root ([0-9a-f]{64})/.exec(verdict.detail ?? '')?.[1];
  if (hex === undefined) throw new Error('the body says no root');
  return family.hashFromHex(hex);
}

/** @returns rows for people and figures for machines */
export function benchProofs() {
  const vision = stage('vision-devnet', visionBody());
  const bitcoinBody = resolveNetwork('bitcoin-regtest').joinBody(
    Array.from({ length: TRANSACTIONS }, (_, i) => bitcoinTx(i)),
  );
  const bitcoin = stage('bitcoin-regtest', bitcoinBody);
  const rows = [];
  const figures = {};
  for (const [name, { makeMs, verifyMs, bytes }] of Object.entries({ vision, bitcoin })) {
    rows.push(
      {
        what: `proof made of a block of 2,000 transactions (${name})`,
        value: makeMs,
        unit: 'ms',
        target: '≤ 50',
      },
      {
        what: `proof verified (${name})`,
        value: verifyMs,
        unit: 'ms',
        target: '≤ 5',
        note: `${bytes} bytes`,
      },
    );
    figures[`proof${name}MakeMs`] = Math.round(makeMs * 100) / 100;
    figures[`proof${name}VerifyMs`] = Math.round(verifyMs * 100) / 100;
  }
  return { rows, figures };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table(benchProofs().rows);
