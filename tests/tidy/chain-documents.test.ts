import { resolveNetwork, type VisionParams } from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { bitcoinParams } from '../../packages/protocol/src/families/bitcoin/network-params.js';
import {
  canonicalVisionX,
  epochBlocks,
  visionDevnet,
  visionMainnet,
} from '../../packages/protocol/src/families/vision/network-params.js';
import { createVisionFamily } from '../../packages/protocol/src/families/vision/vision-family.js';
import { textOf } from './repository-files.js';

/** The cells of a table's row that begins with `label`. */
function cellsOf(document: string, label: string): string[] {
  const row = document.split('\n').find((line) => line.startsWith(`| ${label} |`));
  return (row ?? '')
    .split('|')
    .slice(2, -1)
    .map((cell) => cell.trim().replaceAll('`', ''));
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('docs/chains/bitcoin.md', () => {
  const document = textOf('docs/chains/bitcoin.md');
  const networks = Object.values(bitcoinParams);

  it('has the networks of the code, in its order', () => {
    const names = document.split('\n').find((line) => line.startsWith('| | mainnet'));
    expect(names).toBe(`| | ${networks.map(({ name }) => name.replace('bitcoin-', '')).join(' | ')} |`);
  });

  it.each([
    ['limit of `bits`', ({ limitBits }) => limitBits.toString(16)],
    ['BIP34 height', ({ versionHeights }) => versionHeights[0]],
    ['BIP66 height', ({ versionHeights }) => versionHeights[1]],
    ['BIP65 height', ({ versionHeights }) => versionHeights[2]],
    ['BIP94', ({ enforcesBip94 }) => (enforcesBip94 ? 'yes' : 'no')],
    ['genesis time', ({ genesisRecord }) => Buffer.from(genesisRecord).readUInt32LE(68)],
    ['genesis `bits`', ({ genesisRecord }) => Buffer.from(genesisRecord).readUInt32LE(72).toString(16)],
    ['genesis nonce', ({ genesisRecord }) => Buffer.from(genesisRecord).readUInt32LE(76)],
  ] as [string, (params: (typeof networks)[number]) => string | number][])('says the %s', (label, value) => {
    expect(cellsOf(document, label)).toEqual(networks.map((params) => String(value(params))));
  });

  it('says what genesis is called, and its Merkle root', () => {
    for (const { name } of networks) {
      const { genesis, hashToHex } = resolveNetwork(name as Parameters<typeof resolveNetwork>[0]);
      const [root = '', hash] = cellsOf(document, name.replace('bitcoin-', ''));
      expect(hash).toBe(hashToHex(genesis.hash));
      const given = root === 'the same' ? cellsOf(document, 'mainnet')[0] : root;
      expect(given).toBe(hashToHex(genesis.record.subarray(36, 68)));
    }
  });
});

describe.each([
  ['docs/chains/vision.md', visionMainnet, 'number, timestamp, nonce'],
  ['docs/chains/vision-devnet.md', visionDevnet, 'timestamp'],
] as [string, VisionParams, string][])('%s', (file, params, timeLabel) => {
  it('says what genesis is', () => {
    const document = textOf(file);
    expect(cellsOf(document, 'digest')).toEqual([hex(params.genesis.digest)]);
    expect(cellsOf(document, 'miner')).toEqual([params.genesis.miner]);
    expect(document).toContain(`\`${hex(createVisionFamily(params).genesis.hash)}\``);
    expect(Number.parseInt(cellsOf(document, timeLabel)[0] ?? '', 10)).toBe(params.genesis.timestamp);
    expect(document).toContain(`1 to ${params.minerBytesMax} bytes of UTF-8`);
  });
});

it('docs/chains/vision.md says the canonical parameters', () => {
  const document = textOf('docs/chains/vision.md');
  const { datasetMb, scratchMb, mixIters, readsPerIter, writeEvery } = canonicalVisionX;
  const first = (label: string): string | undefined => cellsOf(document, label)[0];
  expect(first('dataset')).toBe(`${datasetMb} MiB`);
  expect(first('scratchpad')).toBe(`${scratchMb} MiB`);
  expect(first('rounds of mixing')).toBe(mixIters.toLocaleString('en'));
  expect(first('reads in a round')).toBe(String(readsPerIter));
  expect(first('a write every … rounds')).toBe(String(writeEvery));
  expect(first('blocks of an epoch')).toBe(String(epochBlocks));
});
