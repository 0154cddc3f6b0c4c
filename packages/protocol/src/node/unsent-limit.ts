/** Disconnects peers that do not take what they are sent: UNSENT_BYTES_MAX may wait for one, whatever it is. */
import type { Outbox } from '../peer/outbox.js';
import type { Part } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';

/** Looks once a step at peers for which too much waits. */
export class UnsentLimit implements Part {
  readonly name = 'unsentLimit';

  /** @param punish  says why, and disconnects */
  constructor(
    readonly outbox: Outbox,
    readonly punish: (peer: Peer, code: 'PEER_UNRESPONSIVE') => void,
  ) {}

  advance(): void {
    if (!this.outbox.isOverfull) return;
    for (const peer of this.outbox.takeOverfull()) this.punish(peer, 'PEER_UNRESPONSIVE');
  }
}
