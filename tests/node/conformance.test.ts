/** The conformance engine over every file that is carried, and over those of ../shared where they are. */
import { readFileSync } from 'node:fs';
import { type NetworkName, resolveNetwork } from '@vision-light/protocol';
import { describe, expect, test } from 'vitest';
import { checkHeaders } from '../conformance/headers.js';
import { main, producerChain } from '../conformance/main.js';
import { checkVectors } from '../conformance/vectors.js';
import { findData, readData, readVectors } from './data-files.js';

const context = { producerChain };
const wallTime = Math.floor(Date.now() / 1000);

function check(network: NetworkName, startHeight: number, bytes: Uint8Array) {
  return checkHeaders({ family: resolveNetwork(network), startHeight, bytes, wallTime });
}

describe('vectors', () => {
  test.each([
    ['vision-vectors.json', 18, 384],
    ['vision-devnet-vectors.json', 5, 232],
  ])('%s passes in all groups', (name, groups, cases) => {
    const outcome = checkVectors(readVectors(name), context);
    expect(outcome.lines.filter((line) => line.startsWith('failed'))).toEqual([]);
    expect(outcome.failed).toBe(0);
    expect(outcome.lines).toHaveLength(groups);
    expect(outcome.passed).toBe(cases);
  });

  /** A member of each group in which one digit is changed. Groups of refusals are not here: those stay refused. */
  const checkedMembers = {
    header_collision: 'digest',
    constants: 'chain_id_blake3',
    epoch_seed: 'seed',
    pow_message: 'message_nonce_zero',
    fold_seed_and_dataset: 'fold_seed',
    splitmix64: 'seed',
    expand_256: 'out',
    visionx_small: 'digest',
    visionx_canonical: 'digest',
    u256_from_difficulty: 'target_hi',
    difficulty: 'next',
    tx_hash: 'tx_hash',
    merkle: 'sibling_is',
    chain_a_producer_rule: 'cum_work_linear',
    chain_a_valid_variants: 'nonce',
    devnet_genesis: 'id',
    devnet_lwma: 'next',
    devnet_header: 'id',
    devnet_merkle: 'tx_root',
    devnet_chain: 'chainwork',
  };

  test.each(Object.entries(checkedMembers))('a change in %s (%s) fails one check', (group, member) => {
    const files = ['vision-vectors.json', 'vision-devnet-vectors.json'].map((name) =>
      JSON.parse(readVectors(name)),
    );
    const text = JSON.stringify(files.find((file) => group in file)[group]);
    const at = text.search(new RegExp(`"${member}":"`)) + member.length + 4;
    const changed = text.slice(0, at) + (text[at] === '1' ? '2' : '1') + text.slice(at + 1);
    const outcome = checkVectors(`{"${group}":${changed}}`, context);
    // The two headers of the collision are compared with one digest.
    expect(outcome.failed).toBe(group === 'header_collision' ? 2 : 1);
  });

  test('an unknown group is named and counts as failed', () => {
    const outcome = checkVectors('{"riddles":[{}],"expand_256":[]}', context);
    expect(outcome).toMatchObject({ passed: 0, failed: 2 });
    expect(outcome.lines).toContain('failed: riddles: group: unknown group');
  });

  test('variants are judged on the chain that ships, where a file has none', () => {
    const { chain_a_invalid_mutations, chain_a_valid_variants } = JSON.parse(
      readVectors('vision-vectors.json'),
    );
    const outcome = checkVectors(
      JSON.stringify({ chain_a_invalid_mutations, chain_a_valid_variants }),
      context,
    );
    expect(outcome).toMatchObject({ passed: 23, failed: 0 });
    const swapped = {
      chain_a_invalid_mutations: chain_a_valid_variants,
      chain_a_valid_variants: chain_a_invalid_mutations,
    };
    expect(checkVectors(JSON.stringify(swapped), context)).toMatchObject({ passed: 0, failed: 23 });
  });

  test('each mutation is refused for its own reason', () => {
    const { chain_a_invalid_mutations } = JSON.parse(readVectors('vision-vectors.json'));
    const { lines } = checkVectors(
      JSON.stringify({ chain_a_valid_variants: chain_a_invalid_mutations }),
      context,
    );
    const reasons = lines
      .slice(1)
      .map((line) => /: (\w+): (?:refused: )?(\w+)/.exec(line.slice(30))?.slice(1));
    expect(Object.fromEntries(reasons as [string, string][])).toEqual({
      pow_hash_low_bit_flipped: 'HEADER_POW_MISMATCH',
      nonce_changed: 'HEADER_POW_MISMATCH',
      miner_changed: 'HEADER_POW_MISMATCH',
      tx_root_changed: 'HEADER_POW_MISMATCH',
      parent_changed_not_remined: 'HEADER_BAD_PARENT',
      number_changed_not_remined: 'HEADER_BAD_HEIGHT',
      remined_difficulty_plus_40: 'HEADER_BAD_DIFFICULTY',
      remined_difficulty_0: 'HEADER_BAD_DIFFICULTY',
      remined_timestamp_2h_future: 'HELD',
      remined_height_skip: 'HEADER_BAD_HEIGHT',
      remined_empty_miner: 'HEADER_BAD_MINER',
      remined_with_wrong_epoch_dataset: 'HEADER_POW_MISMATCH',
      mined_with_nonce_inside_message: 'HEADER_POW_MISMATCH',
      digest_above_target: 'HEADER_TARGET_MISSED',
      parent_not_hex: 'HEADER_MALFORMED',
      pow_hash_uppercase: 'HEADER_MALFORMED',
      header_of_next_height_in_this_slot: 'HEADER_BAD_PARENT',
    });
  });
});

describe('header files', () => {
  test.each([
    ['bitcoin-mainnet', 0, 'mainnet_0-32259.bin', 32260],
    ['bitcoin-mainnet', 300000, 'mainnet_300000-300499.bin', 500],
    ['bitcoin-testnet4', 0, 'testnet4_0-100.bin', 101],
    ['bitcoin-signet', 0, 'signet_0-2015.bin', 2016],
    ['bitcoin-regtest', 0, 'regtest_0-100.bin', 101],
  ] as const)('%s from %i: %s', (network, start, name, count) => {
    expect(check(network, start, readData(`bitcoin/headers/${name}`))).toEqual({
      passed: count,
      failed: 0,
      lines: [],
    });
  });

  for (const [network, start, name, count] of [
    ['bitcoin-mainnet', 40000, 'mainnet_40000-49999.bin', 10000],
    ['bitcoin-mainnet', 822528, 'mainnet_822528-830592.bin', 8065],
    ['bitcoin-testnet3', 0, 'testnet3_0-9999.bin', 10000],
  ] as const) {
    const found = findData(`bitcoin/headers/${name}`);
    test.skipIf(found === undefined)(`${network} from ${start}: ${name}`, () => {
      const bytes = readFileSync(found as string);
      expect(check(network, start, bytes)).toEqual({ passed: count, failed: 0, lines: [] });
    });
  }

  test('the wrong network or height is refused', () => {
    const mainnet = readData('bitcoin/headers/mainnet_0-32259.bin');
    expect(check('bitcoin-testnet3', 0, mainnet).refusal).toMatchObject({
      height: 0,
      code: 'GENESIS_MISMATCH',
    });
    // One header late, the retarget of 32256 comes where the rule forbids it.
    const late = mainnet.subarray(32000 * 80);
    expect(check('bitcoin-mainnet', 32001, late).refusal).toMatchObject({
      height: 32257,
      code: 'HEADER_BAD_DIFFICULTY',
    });
  });

  test('a retarget outside the permitted range is refused though its period is not known', () => {
    const bytes = readData('bitcoin/headers/mainnet_300000-300499.bin');
    const first = Uint8Array.from(bytes.subarray(383 * 80));
    expect(check('bitcoin-mainnet', 300383, first).failed).toBe(0);
    new DataView(first.buffer).setUint32(80 + 72, 0x1a00_ffff, true);
    expect(check('bitcoin-mainnet', 300383, first).refusal).toMatchObject({
      height: 300384,
      code: 'HEADER_BAD_DIFFICULTY',
    });
  });

  test('a length that is no multiple of 80 fails, and so does an empty file', () => {
    expect(check('bitcoin-regtest', 0, new Uint8Array(81))).toMatchObject({ passed: 0, failed: 1 });
    expect(check('bitcoin-regtest', 0, new Uint8Array(0))).toMatchObject({ passed: 0, failed: 1 });
  });

  test('a missing header is a broken link', () => {
    const bytes = readData('bitcoin/headers/signet_0-2015.bin');
    const gap = Buffer.concat([bytes.subarray(0, 800), bytes.subarray(880)]);
    expect(check('bitcoin-signet', 0, gap).refusal).toMatchObject({ height: 10, code: 'HEADER_BAD_PARENT' });
  });
});

/** Headers before the one that is damaged: enough for median time, few enough for a check of each bit. */
const contextHeaders = 12;
/** Headers of each file that are damaged, spread over it. */
const sampleSize = 8;

describe('a single flipped bit', () => {
  test.each([
    ['bitcoin-mainnet', 0, 'mainnet_0-32259.bin'],
    ['bitcoin-mainnet', 300000, 'mainnet_300000-300499.bin'],
    ['bitcoin-testnet4', 0, 'testnet4_0-100.bin'],
    ['bitcoin-signet', 0, 'signet_0-2015.bin'],
    ['bitcoin-regtest', 0, 'regtest_0-100.bin'],
  ] as const)('is refused in %s from %i', (network, start, name) => {
    const file = readData(`bitcoin/headers/${name}`);
    const count = file.length / 80;
    // On regtest half of all hashes are good enough, so only the next header's link shows what happened.
    const last = network === 'bitcoin-regtest' ? count - 2 : count - 1;
    let tried = 0;
    for (let sample = 0; sample < sampleSize; sample++) {
      const index = Math.floor((last * sample) / (sampleSize - 1));
      const from = Math.max(0, index - contextHeaders);
      const window = Uint8Array.from(file.subarray(from * 80, (index + 2) * 80));
      expect(check(network, start + from, window).failed).toBe(0);
      for (let bit = 0; bit < 640; bit++) {
        const at = (index - from) * 80 + (bit >> 3);
        window[at] = (window[at] as number) ^ (1 << (bit & 7));
        const { refusal } = check(network, start + from, window);
        expect(refusal?.height, `header ${index} bit ${bit}`).toBeGreaterThanOrEqual(start + index);
        window[at] = (window[at] as number) ^ (1 << (bit & 7));
        tried++;
      }
    }
    expect(tried).toBe(sampleSize * 640);
  });
});

describe('the command line', () => {
  function run(...args: string[]) {
    const lines: string[] = [];
    const note = (line: string) => lines.push(line);
    const code = main(args, `${import.meta.dirname}/..`, note, note);
    return { code, lines };
  }

  test('ends with the counts', () => {
    const args = [
      'headers',
      '--network',
      'bitcoin-regtest',
      '--start-height',
      '0',
      'data/bitcoin/headers/regtest_0-100.bin',
    ];
    expect(run(...args)).toEqual({ code: 0, lines: ['101 passed, 0 failed'] });
    const { code, lines } = run(
      'headers',
      '--network=bitcoin-signet',
      'data/bitcoin/headers/regtest_0-100.bin',
    );
    expect(code).toBe(1);
    expect(lines.at(-1)).toBe('0 passed, 1 failed');
    expect(lines[0]).toMatch(/^refused at height 0: HEADER_TARGET_MISSED/);
  });

  test('explains itself', () => {
    expect(run('--help').code).toBe(0);
    expect(run('headers', '-h').lines.join()).toContain('--start-height');
  });

  test.each([
    [[], 'say what to check'],
    [['verify', 'x'], 'unknown command "verify"'],
    [['vectors'], 'name one file, got 0'],
    [['vectors', 'a', 'b'], 'name one file, got 2'],
    [['vectors', '--network', 'bitcoin-signet', 'a'], 'takes no --network'],
    [['vectors', 'missing.json'], 'no such file'],
    [['vectors', 'data'], 'is a folder'],
    [['vectors', 'tsconfig.json.not'], 'cannot read'],
    [['vectors', 'data/README.md'], 'not JSON at position 0'],
    [['headers', 'x'], '--network is missing'],
    [['headers', '--network', 'vision-devnet', 'x'], '--network must be one of bitcoin-mainnet'],
    [['headers', '--network', 'bitcoin-signet', '--start-height', '-1', 'x'], 'ambiguous'],
    [
      ['headers', '--network', 'bitcoin-signet', '--start-height', '1.5', 'x'],
      '--start-height must be a whole number',
    ],
    [['headers', '--network', 'bitcoin-signet', '--verbose', 'x'], '--verbose'],
  ])('%j ends with one line', (args, message) => {
    const { code, lines } = run(...args);
    expect(code).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(message);
    expect(lines[0]).not.toContain('\n');
  });
});
