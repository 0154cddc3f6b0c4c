/** The scripts that belong in the filter of a block, each once, whatever pays to it or spends from it. */
import { bytesToHex } from '../../../bytes/hex.js';

/** Outputs that begin with it can never be spent. */
const opReturn = 0x6a;

/** Whether the filter of a block has a script that one of its outputs pays to: not an empty one, nor one that nobody can spend. */
export function isInFilters(script: Uint8Array): boolean {
  return script.length > 0 && script[0] !== opReturn;
}

/** A set of scripts. */
export class FilterScripts {
  readonly #scripts = new Map<string, Uint8Array>();

  /** @param first  what it begins with */
  constructor(first: Iterable<Uint8Array> = []) {
    for (const script of first) this.addSpent(script);
  }

  /** How many there are. */
  get size(): number {
    return this.#scripts.size;
  }

  /** Each once. */
  values(): IterableIterator<Uint8Array> {
    return this.#scripts.values();
  }

  /** The script of an output. */
  addOutput(script: Uint8Array): void {
    if (isInFilters(script)) this.addSpent(script);
  }

  /** The script of a coin that is spent; an empty one is not taken. */
  addSpent(script: Uint8Array): void {
    if (script.length > 0) this.#scripts.set(bytesToHex(script), script);
  }
}
