/** Full nodes of one chain that serve compact filters, of which some are honest. */
import { bytesToHex } from '@vision-light/protocol';
import { buildFilter } from '../../packages/protocol/src/families/bitcoin/filter/build-filter.js';
import { growPaying, magic } from '../sim/regtest-chain.js';
import { ModelNode, type ModelNodeOptions } from './model-node.js';

/** Blocks of the chain, genesis aside. */
export const PAYING_HEIGHT = 150;
/** A script that blocks of these heights pay to. */
export const payee = Uint8Array.of(0x51, 0x20, ...new Uint8Array(32).fill(7));
export const payingHeights: readonly number[] = [40, 90];

const scriptAt = (height: number): Uint8Array =>
  payingHeights.includes(height) ? payee : Uint8Array.of(0x51, 0x02, height & 255, height >> 8);
const { headers, bodies } = growPaying(PAYING_HEIGHT, scriptAt);
/** Nobody asks what genesis has. */
const emptyFilter = Uint8Array.of(0);

/** Serves the headers and the bodies of the chain. */
export function payingNode(options: Partial<ModelNodeOptions> = {}): ModelNode {
  const node = new ModelNode({ magic, headers, filterAt: honestFilter, ...options });
  for (const [i, body] of bodies.entries()) node.bodies.set(bytesToHex(node.hashAt(i + 1)), body);
  return node;
}

const hashes = new ModelNode({ magic, headers });
const filters = bodies.map((body, i) => buildFilter(body, [], hashes.hashAt(i + 1)));

/** The filter of a block, as BIP158 has it. */
export function honestFilter(height: number): Uint8Array {
  return filters[height - 1] ?? emptyFilter;
}

/** A filter that leaves out what the block pays to, for those that pay to {@link payee}. */
export function omittingFilter(height: number): Uint8Array {
  return payingHeights.includes(height) ? emptyFilter : honestFilter(height);
}
