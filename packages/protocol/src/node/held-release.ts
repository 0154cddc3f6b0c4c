/** Headers that were ahead of the clock go into the tree once they are due. */

import type { HeldHeaders } from '../headers/held-headers.js';
import type { EventTime } from '../io/event.js';
import type { Part } from '../peer/part.js';
import type { HeaderTree } from '../tree/header-tree.js';
import type { InsertedHeader } from '../tree/insert-result.js';

/** Watches the clock for the held headers; they were verified before they were held. */
export class HeldRelease implements Part {
  readonly name = 'heldRelease';

  /** @param inserted  told of each of them that the tree has taken */
  constructor(
    readonly tree: HeaderTree,
    readonly held: HeldHeaders,
    readonly inserted: (result: InsertedHeader) => void,
  ) {}

  advance({ wallTime }: EventTime): void {
    for (const { record, hash } of this.held.takeDue(wallTime)) {
      const result = this.tree.insert(record, hash, wallTime);
      if ('slot' in result) this.inserted(result);
    }
  }

  nextWake({ now, wallTime }: EventTime): number | undefined {
    const dueAt = this.held.nextDueAt;
    // Rounded up: a timer that fires a little early must not find the header still too early.
    return dueAt === undefined ? undefined : now + Math.max(1, Math.ceil((dueAt - wallTime) * 1000));
  }
}
