/** The known ways to make a false proof, each of which is refused, and every code with what brings it about. */
import { describe, expect, test } from 'vitest';
import {
  bitcoinTx,
  chains,
  checkpointOf,
  growChain,
  headerOf,
  materialOf,
  proofNetwork,
} from '../../../../tests/proof-chains.js';
import { base64ToBytes, bytesToBase64 } from '../bytes/base64.js';
import { collectHashes, depthOf, wholeTree } from '../chain/proof/partial-tree.js';
import { resolveNetwork } from '../families/networks.js';
import { proofFamilyOf } from '../families/proof-families.js';
import { makeTxProof, type ProofMaterial } from './make-tx-proof.js';
import { shownTree, type TxProof } from './tx-proof.js';
import { verifyTxProof } from './verify-tx-proof.js';
import { encodeTxProof } from './write-proof.js';

function made(material: ProofMaterial): TxProof {
  const result = makeTxProof(material);
  if (!result.ok) throw new Error(`${result.code} ${result.detail}`);
  return result.proof;
}

const bitcoin = chains.bitcoin();
const devnet = chains.devnet();
const mainnet = chains.mainnet();
const idsOf = (material: ProofMaterial): Uint8Array[] =>
  Array.from({ length: material.ids.length / 32 }, (_, i) => material.ids.subarray(32 * i, 32 * (i + 1)));

/** A proof of whatever list of ids, as if the block had them. */
function claim(proof: TxProof, ids: readonly Uint8Array[], position: number): TxProof {
  const family = proofFamilyOf(proof.network);
  const { tree } = family;
  const nodes = wholeTree(
    tree,
    ids.map((id) => tree.leaf(id)),
  );
  const hashes = collectHashes(shownTree(family, position, ids.length, true), nodes);
  return { ...proof, position, count: ids.length, hashes: bytesToBase64(hashes) };
}

describe('a list of transactions that ends with some of them twice (CVE-2012-2459)', () => {
  test.each([bitcoin, mainnet])('is refused on $name, wherever the transaction is', (chain) => {
    const anchor = checkpointOf(chain, 4);
    const material = materialOf(chain, 'root', 3, 4, 4);
    const proof = made(material);
    const ids = idsOf(material);
    expect(ids.length).toBe(5);
    expect(verifyTxProof(claim(proof, ids, 4), anchor).ok).toBe(true);
    // Five leaves have the root of six and of eight.
    const six = [...ids, ids[4] as Uint8Array];
    const eight = [...six, ...six.slice(4)];
    for (const [list, position] of [
      [six, 4],
      [six, 5],
      [eight, 4],
      [eight, 6],
      [eight, 7],
    ] as const)
      expect(verifyTxProof(claim(proof, list, position), anchor)).toMatchObject({
        code: 'PROOF_TREE_MUTATED',
      });
    const first = made(materialOf(chain, 'root', 3, 1, 4));
    expect(verifyTxProof(claim(first, six, 1), anchor)).toMatchObject({ code: 'PROOF_TREE_MUTATED' });
    expect(verifyTxProof(claim(first, ids.slice(0, 4), 1), anchor)).toMatchObject({
      code: 'PROOF_ROOT_MISMATCH',
    });
  });

  test('has another root on the devnet', () => {
    const material = materialOf(devnet, 'root', 3, 4, 4);
    const ids = idsOf(material);
    const list = [...ids, ids[4] as Uint8Array];
    expect(verifyTxProof(claim(made(material), list, 4), checkpointOf(devnet, 4))).toMatchObject({
      code: 'PROOF_ROOT_MISMATCH',
    });
  });
});

describe('transactions of 64 bytes', () => {
  const family = resolveNetwork('bitcoin-regtest');
  const coinbase = bitcoinTx(1, new Uint8Array(22), { isCoinbase: true });
  const fake = bitcoinTx(2, new Uint8Array(30).fill(2));
  const idOf = (tx: Uint8Array): Uint8Array => family.splitBody(family.joinBody([tx]))?.[0]?.id as Uint8Array;

  test('are not proven: one could be two hashes', () => {
    const small = bitcoinTx(3, new Uint8Array(4));
    expect(small.length).toBe(64);
    const chain = growChain('small', 'bitcoin-regtest', 2, () => family.joinBody([coinbase, small]));
    expect(makeTxProof(materialOf(chain, 'links', 1, 1, 2))).toMatchObject({ code: 'PROOF_TX_AMBIGUOUS' });
    const good = made(
      materialOf(
        growChain('good', 'bitcoin-regtest', 2, () => family.joinBody([coinbase, fake])),
        'links',
        1,
        1,
        2,
      ),
    );
    const forced = {
      ...good,
      tx: bytesToBase64(small),
      txid: family.hashToHex(idOf(small)),
      headers: bytesToBase64(materialOf(chain, 'links', 1, 1, 2).headers),
    };
    expect(verifyTxProof(forced, headerOf(chain, 2))).toMatchObject({ code: 'PROOF_TX_AMBIGUOUS' });
  });

  test('hide no transaction below them: the coinbase says how deep the tree is', () => {
    // A transaction of 64 bytes whose second half is the id of another one, which is in no block.
    const left = new Uint8Array(32).fill(4);
    const { tree } = proofFamilyOf('bitcoin-regtest');
    const root = tree.join(idOf(coinbase), tree.join(left, idOf(fake)));
    const body = family.joinBody([coinbase, fake]);
    const chain = growChain(
      'hidden',
      'bitcoin-regtest',
      2,
      () => body,
      () => root,
    );
    const proof = made(materialOf(chain, 'links', 1, 1, 2));
    // One level deeper: the fake one at position 3 of 4, the coinbase cannot be shown as deep.
    const deeper: TxProof = {
      ...proof,
      tx: bytesToBase64(fake),
      txid: family.hashToHex(idOf(fake)),
      position: 3,
      count: 4,
      coinbase: bytesToBase64(coinbase),
      hashes: bytesToBase64(Uint8Array.from([...new Uint8Array(32), ...left])),
    };
    expect(verifyTxProof(deeper, headerOf(chain, 2))).toMatchObject({ code: 'PROOF_ROOT_MISMATCH' });
    const asFirst: TxProof = { ...deeper, coinbase: bytesToBase64(fake) };
    expect(verifyTxProof(asFirst, headerOf(chain, 2))).toMatchObject({ code: 'PROOF_COINBASE' });
  });
});

describe('vision-mainnet', () => {
  test('a block without transactions repeats a root, and proves nothing by it', () => {
    const anchor = checkpointOf(mainnet, 8);
    const good = materialOf(mainnet, 'root', 3, 1, 8);
    expect(verifyTxProof(made(good), anchor).ok).toBe(true);
    // Block 4 has the root of block 3, and the same path below it.
    const next = materialOf(
      { ...mainnet, bodies: mainnet.bodies.with(4, mainnet.bodies[3] as Uint8Array) },
      'root',
      4,
      1,
      8,
    );
    expect(verifyTxProof(made(next), anchor)).toMatchObject({ code: 'PROOF_ROOT_INHERITED' });
    const work = materialOf(
      { ...mainnet, bodies: mainnet.bodies.with(7, mainnet.bodies[6] as Uint8Array) },
      'work',
      7,
      1,
      4,
    );
    expect(verifyTxProof(made(work), checkpointOf(mainnet, 4))).toMatchObject({
      code: 'PROOF_ROOT_INHERITED',
    });
  });

  test('links prove nothing there', () => {
    const links = materialOf(mainnet, 'links', 3, 1, 8);
    expect(makeTxProof(links)).toMatchObject({ code: 'PROOF_LINKS_WEAK' });
    const { path: _, ...rest } = made(materialOf(mainnet, 'root', 3, 1, 8));
    const forced: TxProof = { ...rest, tie: 'links', headers: bytesToBase64(links.headers) };
    expect(verifyTxProof(forced, headerOf(mainnet, 8))).toMatchObject({ code: 'PROOF_LINKS_WEAK' });
  });
});

describe('each code', () => {
  const checkpoint = checkpointOf(devnet, 4);
  const root = made(materialOf(devnet, 'root', 3, 1, 4));
  const work = made(materialOf(devnet, 'work', 6, 1, 4));
  const links = made(materialOf(devnet, 'links', 3, 1, 8));
  const tip = headerOf(devnet, 8);
  const deep: unknown = JSON.parse(`${'{"name":'.repeat(100_000)}1${'}'.repeat(100_000)}`);
  const withHeaders = (change: (headers: Uint8Array) => void): TxProof => {
    const headers = base64ToBytes(work.headers) as Uint8Array;
    change(headers);
    return { ...work, headers: bytesToBase64(headers) };
  };

  test.each<[code: string, proof: unknown, anchor: Parameters<typeof verifyTxProof>[1]]>([
    ['PROOF_MALFORMED', {}, checkpoint],
    ['PROOF_MALFORMED', { ...root, more: 1 }, checkpoint],
    ['PROOF_MALFORMED', { ...root, txid: work.txid }, checkpoint],
    ['PROOF_MALFORMED', { ...root, position: 5 }, checkpoint],
    ['PROOF_MALFORMED', { ...root, tx: `${root.tx}=` }, checkpoint],
    ['PROOF_MALFORMED', { ...root, coinbase: root.tx }, checkpoint],
    ['PROOF_MALFORMED', { ...root, height: 5 }, checkpoint],
    ['PROOF_MALFORMED', { ...links, path: root.path }, tip],
    ['PROOF_MALFORMED', new Uint8Array(5), checkpoint],
    ['PROOF_VERSION', { ...root, version: 2 }, checkpoint],
    ['PROOF_VERSION', encodeTxProof(root).with(4, 2), checkpoint],
    ['PROOF_TOO_LARGE', new Uint8Array(2_500_001), checkpoint],
    ['PROOF_TOO_LARGE', { ...links, anchor: 9000 }, { ...tip, height: 9000 }],
    ['PROOF_WRONG_NETWORK', root, { ...checkpoint, network: 'vision-devnet' }],
    ['PROOF_WRONG_NETWORK', { ...root, network: { ...proofNetwork, targetSpacingS: 6 } }, checkpoint],
    ['PROOF_WRONG_NETWORK', { ...root, network: deep }, checkpoint],
    ['PROOF_WRONG_ANCHOR', root, checkpointOf(devnet, 5)],
    ['PROOF_NEEDS_CHECKPOINT', root, headerOf(devnet, 4)],
    ['PROOF_NEEDS_CHECKPOINT', work, headerOf(devnet, 4)],
    ['PROOF_NOT_TIED', root, { ...checkpoint, root: 'ab'.repeat(32) }],
    ['PROOF_NOT_TIED', links, { ...tip, hash: 'ab'.repeat(32) }],
    ['PROOF_NOT_TIED', { ...work, path: bytesToBase64(new Uint8Array(32)) }, checkpoint],
    // The time of the first header; its difficulty.
    ['PROOF_HEADER_INVALID', withHeaders((headers) => headers.fill(0, 48, 56)), checkpoint],
    ['PROOF_HEADER_INVALID', withHeaders((headers) => headers.fill(9, 56, 57)), checkpoint],
    ['PROOF_ROOT_MISMATCH', { ...root, position: 2 }, checkpoint],
  ])('%s', (code, proof, anchor) => {
    expect(verifyTxProof(proof as TxProof, anchor)).toMatchObject({ ok: false, code });
  });

  test('PROOF_WORK_FALSE, by whichever VisionX', () => {
    const visionX = () => new Uint8Array(32);
    expect(verifyTxProof(work, checkpoint, { visionX })).toMatchObject({ code: 'PROOF_WORK_FALSE' });
    expect(verifyTxProof(work, checkpoint).ok).toBe(true);
  });

  test('headers ahead of the clock are refused where there is one', () => {
    const time = devnet.family.time(devnet.records[8] as Uint8Array);
    expect(verifyTxProof(work, checkpoint, { now: time }).ok).toBe(true);
    for (const ahead of [11, 7201])
      expect(verifyTxProof(work, checkpoint, { now: time - ahead })).toMatchObject({
        code: 'PROOF_HEADER_INVALID',
      });
  });

  test.each([
    ['TypeError', undefined],
    ['TypeError', 'anchor'],
    ['TypeError', { ...tip, hash: 'x' }],
    ['TypeError', { ...tip, height: -1 }],
    ['RangeError', { ...tip, network: 'nowhere' }],
    ['TypeError', { ...checkpoint, window: 'AAAA' }],
  ])('%s for an anchor that is none', (name, anchor) => {
    expect(() => verifyTxProof(work, anchor as typeof tip)).toThrow(expect.objectContaining({ name }));
  });

  test('a depth is that of its leaves', () => {
    expect([1, 2, 3, 4, 5, 8, 9].map(depthOf)).toEqual([0, 1, 2, 2, 3, 3, 4]);
  });
});
