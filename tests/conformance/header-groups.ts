/** Vector groups of single headers, messages and transactions. */
import { transactionHash } from '@vision-light/protocol';
import {
  headerFromJson,
  recordFromJson,
} from '../../packages/protocol/src/families/vision/header/header-json.js';
import { encodePowMessage } from '../../packages/protocol/src/families/vision/header/message.js';
import { meetsDifficulty } from '../../packages/protocol/src/families/vision/header/target.js';
import { visionDevnet, visionMainnet } from '../../packages/protocol/src/families/vision/network-params.js';
import { visionShortId } from '../../packages/protocol/src/families/vision/transaction/short-id.js';
import {
  decodeTransaction,
  signableText,
} from '../../packages/protocol/src/families/vision/transaction/transaction.js';
import { createVisionFamily } from '../../packages/protocol/src/families/vision/vision-family.js';
import { assertSame, assertThat, Mismatch } from './check.js';
import type { CaseChecks } from './primitive-groups.js';
import { toHex, type VectorCase } from './vector-case.js';
import { visionXDigest } from './visionx-kernels.js';

const devnet = createVisionFamily(visionDevnet);
const mainnet = createVisionFamily(visionMainnet);

/** A record from a header's JSON. @throws {Mismatch} naming the member that is wrong */
export function recordOf(family: typeof devnet, json: unknown): Uint8Array {
  const result = recordFromJson(family.params, json);
  if (!result.ok) throw new Mismatch(`${result.code}: ${result.detail}`);
  return result.record;
}

/** @throws {Mismatch} unless the digest in a record is what it hashes to */
export function assertDigest(family: typeof devnet, record: Uint8Array, claimed: string): void {
  assertSame('digest', toHex(visionXDigest(family.params.visionx, family.powInput(record))), claimed);
}

/** Groups whose cases stand for themselves. */
export const headerGroups: CaseChecks = {
  pow_message: (vector) => {
    const result = headerFromJson(vector.object('header').json);
    if (!result.ok) throw new Mismatch(`${result.code}: ${result.detail}`);
    const withNonce = encodePowMessage('mainnet', result.header, result.header.nonce);
    assertSame('message_with_nonce', toHex(withNonce), vector.text('message_with_nonce'));
    const hashed = encodePowMessage('mainnet', result.header, 0n);
    assertSame('message_nonce_zero', toHex(hashed), vector.text('message_nonce_zero'));
    assertSame('len', hashed.length, vector.count('len'));
  },

  pow_message_errors: (vector) => {
    const zeros = '0'.repeat(64);
    const rest = { number: '1', timestamp: '1', difficulty: '1', nonce: '0', miner: 'a', pow_hash: zeros };
    const json = { ...rest, parent_hash: vector.text('parent_hash'), tx_root: vector.text('tx_root') };
    assertThat(!headerFromJson(json).ok, `accepted: ${vector.text('why')}`);
  },

  tx_hash: (vector) => {
    const tx = decodeTransaction(vector.text('wire_json'));
    if (tx === undefined) throw new Mismatch('wire_json is no transaction');
    assertSame('signable_json', signableText(tx), vector.text('signable_json'));
    const hash = transactionHash(tx);
    assertSame('tx_hash', toHex(hash), vector.text('tx_hash'));
    for (const shortId of vector.cases('short_ids')) {
      const nonce = shortId.integer('nonce');
      assertSame(`short id for ${nonce}`, visionShortId(hash, nonce), shortId.integer('short_id'));
    }
  },

  devnet_genesis: (vector) => {
    const record = recordOf(devnet, vector.json);
    assertSame('genesis', toHex(record), toHex(devnet.genesis.record));
    assertDigest(devnet, record, vector.text('digest'));
    assertSame('id', toHex(devnet.genesis.hash), vector.text('id'));
  },

  devnet_header: (vector) => {
    const record = recordOf(devnet, vector.json);
    const { message } = devnet.powInput(record);
    assertSame('message_nonce_zero', toHex(message), vector.text('message_nonce_zero'));
    assertDigest(devnet, record, vector.text('digest'));
    assertSame('id', toHex(devnet.headerHash(record)), vector.text('id'));
  },
};

/** The checks of `header_collision`: one for each of the headers that share a digest. */
export function checkCollision(group: VectorCase, index: number): void {
  const vector = group.cases('headers')[index] as VectorCase;
  const record = recordOf(mainnet, vector.json);
  assertSame('epoch', mainnet.powInput(record).epoch, group.integer('epoch'));
  assertDigest(mainnet, record, group.text('digest'));
  assertSame('pow_hash', toHex(mainnet.headerHash(record)), group.text('digest'));
  assertThat(
    meetsDifficulty(mainnet.headerHash(record), vector.integer('difficulty')),
    'the digest misses its target',
  );
  // What tells them apart: without it one of them could stand in for the other.
  const twins = group.cases('headers').filter((other) => other.json !== vector.json);
  for (const twin of twins) {
    const isDistinct =
      toHex(mainnet.headerId(recordOf(mainnet, twin.json))) !== toHex(mainnet.headerId(record));
    assertThat(isDistinct, 'two headers with one digest have one id');
  }
}
