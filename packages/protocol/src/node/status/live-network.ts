/**
 * Whether this node follows a live network, that is, has full nodes among its peers or follows some in another way; and what gateways say of that. A page
 * that is behind one gateway learns by it that the chain which it is given may end here.
 *
 * Memory: two bits of each peer.
 */
import type { Outbox } from '../../peer/outbox.js';
import type { Part, Reception } from '../../peer/part.js';
import type { Peer } from '../../peer/peer.js';
import type { PeerSet } from '../../peer/peer-set.js';
import { hasService, SERVICE_LIVE } from '../../wire/messages/hello.js';
import { type Services, VERSION_WITH_SERVICES } from '../../wire/messages/services.js';

/** What is told of what peers say. */
interface LiveSurroundings {
  readonly peers: PeerSet;
  readonly outbox: Outbox;
  readonly notices: { updated(peer: Peer, now: number, isUrgent: boolean): void };
  readonly trust: { servicesChanged(): void };
}

/** See the head of this file. */
export class LiveNetwork implements Part<Services> {
  readonly name = 'liveNetwork';

  /** @param clock  monotonic ms of the step that is being taken */
  constructor(
    readonly surroundings: LiveSurroundings,
    readonly clock: { now(): number },
  ) {}

  receive(peer: Peer, { services }: Services): Reception {
    const { notices, trust } = this.surroundings;
    const { hello } = peer;
    const isLive = hasService(services, SERVICE_LIVE);
    if (hello === undefined || peer.serves(SERVICE_LIVE) === isLive) return 'quiet';
    peer.hello = { ...hello, services: hello.services + (isLive ? SERVICE_LIVE : -SERVICE_LIVE) };
    peer.hasLostNetwork = !isLive;
    notices.updated(peer, this.clock.now(), true);
    trust.servicesChanged();
    return undefined;
  }

  /** Tells each peer that was told something else. */
  advance(): void {
    const { peers, outbox } = this.surroundings;
    const { isLive } = peers;
    for (const peer of peers.ready) {
      const { toldServices } = peer;
      const wasTold = toldServices !== undefined && hasService(toldServices, SERVICE_LIVE);
      if (toldServices === undefined || wasTold === isLive) continue;
      const services = toldServices + (isLive ? SERVICE_LIVE : -SERVICE_LIVE);
      peer.toldServices = services;
      if (peer.version >= VERSION_WITH_SERVICES && !peer.isBridged)
        outbox.send(peer, { type: 'services', services });
    }
  }
}
