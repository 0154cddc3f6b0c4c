/**
 * Whether this node follows a live network, that is, has full nodes among its peers or beside them; and what gateways say of
 * that. A page that is behind one gateway learns by it that the chain which it is given may end here.
 *
 * Memory: two bits of each peer.
 */
import type { Outbox } from '../../peer/outbox.js';
import type { Part, Reception } from '../../peer/part.js';
import type { Peer } from '../../peer/peer.js';
import type { PeerSet } from '../../peer/peer-set.js';
import { hasService, SERVICE_LIVE } from '../../wire/messages/hello.js';
import { type Services, VERSION_WITH_SERVICES } from '../../wire/messages/services.js';

/** See the head of this file. */
export class LiveNetwork implements Part<Services> {
  readonly name = 'liveNetwork';

  constructor(
    readonly peers: PeerSet,
    readonly outbox: Outbox,
    /** A peer offers something else than before. */
    readonly changed: (peer: Peer) => void,
  ) {}

  receive(peer: Peer, { services }: Services): Reception {
    const { hello } = peer;
    const isLive = hasService(services, SERVICE_LIVE);
    if (hello === undefined || peer.serves(SERVICE_LIVE) === isLive) return 'quiet';
    peer.hello = { ...hello, services: hello.services + (isLive ? SERVICE_LIVE : -SERVICE_LIVE) };
    this.changed(peer);
    return undefined;
  }

  /** Tells each peer that was told something else. */
  advance(): void {
    const { isLive } = this.peers;
    for (const peer of this.peers.ready) {
      const { toldServices } = peer;
      const wasTold = toldServices !== undefined && hasService(toldServices, SERVICE_LIVE);
      if (toldServices === undefined || wasTold === isLive) continue;
      const services = toldServices + (isLive ? SERVICE_LIVE : -SERVICE_LIVE);
      peer.toldServices = services;
      if (peer.version >= VERSION_WITH_SERVICES && !peer.isBridged)
        this.outbox.send(peer, { type: 'services', services });
    }
  }
}
