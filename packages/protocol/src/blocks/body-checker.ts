/** Holds bodies to the commitments of their headers, and knows those that a header implies. */
import type { BodyContext } from '../chain/block-body.js';
import type { BodyFault } from '../chain/body-fault.js';
import { CheckedBody } from '../chain/checked-body.js';
import type { BlockTransaction } from '../chain/transaction-rules.js';
import type { HeaderTree } from '../tree/header-tree.js';

/** What the chain family says of the body of a verified header. */
export class BodyChecker {
  constructor(readonly tree: HeaderTree) {}

  /**
   * @param known  its transactions, see `ChainFamily.checkBody`
   * @returns the body of the header in `slot`, or what is wrong with it
   */
  check(slot: number, body: Uint8Array, known?: readonly BlockTransaction[]): CheckedBody | BodyFault {
    const { family } = this.tree;
    const verdict = family.checkBody(body, this.#contextOf(slot), known);
    return verdict.kind === 'ok' ? new CheckedBody(family, body, known) : verdict.code;
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
