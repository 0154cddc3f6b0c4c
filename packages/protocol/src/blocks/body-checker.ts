/** Holds bodies to the commitments of their headers, and knows those that a header implies. */
import type { BodyContext } from '../chain/block-body.js';
import type { BodyFault } from '../chain/body-fault.js';
import type { BlockTransaction } from '../chain/transaction-rules.js';
import type { HeaderTree } from '../tree/header-tree.js';

/** What the chain family says of the body of a verified header. */
export class BodyChecker {
  constructor(readonly tree: HeaderTree) {}

  /**
   * @param transactions  see `ChainFamily.checkBody`
   * @returns what is wrong with the body of the header in `slot`, or undefined
   */
  check(slot: number, body: Uint8Array, transactions?: readonly BlockTransaction[]): BodyFault | undefined {
    const verdict = this.tree.family.checkBody(body, this.#contextOf(slot), transactions);
    return verdict.kind === 'ok' ? undefined : verdict.code;
  }

  /** The body of the header in `slot`, if there can be only one. */
  implied(slot: number): Uint8Array | undefined {
    return this.tree.family.impliedBody(this.#contextOf(slot));
  }

  #contextOf(slot: number): BodyContext {
    const { tree } = this;
    return {
      record: tree.record(slot),
      height: tree.height(slot),
      parentRecord: tree.parentRecord(slot),
    };
  }
}
