/**
 * What a block by itself says of a filter that is claimed to be its own. Its outputs are there to be compared. Of its spent
 * coins it says only what their inputs show (spent-script.ts), or what it has made itself.
 *
 * Cost: some microseconds for each output and input. @see BIP157, "Client operation"
 */
import { bytesToHex } from '../../../bytes/hex.js';
import { Sha256 } from '../../../bytes/sha256.js';
import { transactionId } from '../transaction/transaction.js';
import type { BasicFilter } from './basic-filter.js';
import { readParts, type TransactionParts } from './block-parts.js';
import { FilterScripts } from './filter-scripts.js';
import { FilterValues } from './filter-values.js';
import { spentScript } from './spent-script.js';

/** See {@link checkFilter}. */
export interface FilterCheck {
  /**
   * `consistent`: no script is missing, and it may have as many items as it has. `omits`: a script of the block is missing.
   * `impossible`: it has more items than the block can have scripts.
   */
  readonly verdict: 'consistent' | 'omits' | 'impossible';
  /**
   * `consistent` and decided: every input shows its coin's script for certain, and the filter is that of these scripts. Not
   * decided: scripts that no input shows may be missing, and others may be there in their place. Form alone decides nothing
   * here: whoever gets an input into a block whose form deceives would have all who serve its filter taken for liars.
   *
   * Any other verdict and decided: the filter is false, whatever the inputs spend. Not decided: it is false unless an
   * input, contrary to its form, spends a coin that anyone could spend.
   */
  readonly isDecided: boolean;
}

/**
 * @param filter  claimed to be that of the block
 * @param blockHash  32 bytes, internal order
 * @param body  of the block; it is checked and its witnesses are committed to
 * @throws {RangeError} if the body is none
 */
export function checkFilter(filter: BasicFilter, blockHash: Uint8Array, body: Uint8Array): FilterCheck {
  const { certain, likely, likelyInputs, hiddenInputs } = scriptsOf(body);
  const verdict = compare(filter, blockHash, certain, likelyInputs + hiddenInputs);
  if (verdict !== 'consistent') return { verdict, isDecided: true };
  const whole = compare(filter, blockHash, likely, hiddenInputs);
  return { verdict: whole, isDecided: whole === 'consistent' && likelyInputs + hiddenInputs === 0 };
}

interface BlockScripts {
  /** Those that the block has for certain. */
  readonly certain: FilterScripts;
  /** The same, and those that inputs have the form of. */
  readonly likely: FilterScripts;
  /** Inputs of such a form. */
  readonly likelyInputs: number;
  /** Inputs that show nothing. */
  readonly hiddenInputs: number;
}

function scriptsOf(body: Uint8Array): BlockScripts {
  const parts = readParts(body);
  const certain = new FilterScripts();
  for (const { outputs } of parts) for (const script of outputs) certain.addOutput(script);
  const made = idsOf(body, parts);
  // The scripts of coins that were made in this block are among those of its outputs.
  const spending = parts
    .flatMap(({ inputs }) => inputs)
    .filter(({ outpoint }) => !made.has(bytesToHex(outpoint.subarray(0, 32))));
  const shown = spending.flatMap((input) => spentScript(input) ?? []);
  for (const { script, isCertain } of shown) if (isCertain) certain.addSpent(script);
  const likely = new FilterScripts(certain.values());
  for (const { script } of shown) likely.addSpent(script);
  return {
    certain,
    likely,
    likelyInputs: shown.filter(({ isCertain }) => !isCertain).length,
    hiddenInputs: spending.length - shown.length,
  };
}

function idsOf(body: Uint8Array, parts: readonly TransactionParts[]): Set<string> {
  const hasher = new Sha256();
  return new Set(parts.map(({ transaction }) => bytesToHex(transactionId(body, transaction, hasher))));
}

/** @param openInputs  that may each add a script which is not among these */
function compare(
  { values }: BasicFilter,
  blockHash: Uint8Array,
  scripts: FilterScripts,
  openInputs: number,
): FilterCheck['verdict'] {
  const expected = new FilterValues(blockHash, values.length).ascending(scripts.values());
  let at = 0;
  for (const value of expected) {
    while ((values[at] ?? Number.POSITIVE_INFINITY) < value) at++;
    // Two scripts with one number are two items.
    if (values[at++] !== value) return 'omits';
  }
  return values.length > scripts.size + openInputs ? 'impossible' : 'consistent';
}
