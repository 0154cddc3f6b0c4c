import { type PeerKind, type RefusalCode, refusalCodes } from '@vision-light/signaling';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { NetworkMetrics } from './network-metrics.js';

/** The networks that have a metric label of their own; all others share `other`, so series are bounded. */
export const labelledNetworks: readonly string[] = [
  'vision-devnet',
  'vision-mainnet',
  'bitcoin-mainnet',
  'bitcoin-testnet3',
  'bitcoin-testnet4',
  'bitcoin-signet',
  'bitcoin-regtest',
];

const OTHER_NETWORKS = 'other';

/** The metric label for the network name that a client claims. */
export function networkLabel(name: string | undefined): string {
  return labelledNetworks.find((known) => known === name) ?? OTHER_NETWORKS;
}

/** What is read from the server when somebody scrapes. */
export interface MetricSources {
  connections(): number;
  /** NaN if it is not known now. */
  rooms(): Promise<number>;
}

/** The server's own figures, in a registry of its own. */
export class SignalMetrics {
  /** What the pages report. */
  readonly networks: NetworkMetrics;
  readonly #registry = new Registry();
  readonly #peers: Gauge<'network' | 'kind'>;
  readonly #relayed: Counter;
  readonly #refused: Counter<'reason'>;
  #peerCount = 0;

  constructor(sources: MetricSources) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#peers = new Gauge({
      name: 'vision_signal_peers',
      help: 'Peers that have joined, by network and kind.',
      labelNames: ['network', 'kind'],
      registers,
    });
    this.#relayed = new Counter({
      name: 'vision_signal_relayed_total',
      help: 'Offers, answers and candidates relayed between peers.',
      registers,
    });
    this.#refused = new Counter({
      name: 'vision_signal_refused_total',
      help: 'Connections, requests and messages refused, by reason.',
      labelNames: ['reason'],
      registers,
    });
    new Gauge({
      name: 'vision_signal_connections',
      help: 'Open connections, joined or not.',
      registers,
      collect() {
        this.set(sources.connections());
      },
    });
    new Gauge({
      name: 'vision_signal_rooms',
      help: 'Networks with at least one member.',
      registers,
      async collect() {
        this.set(await sources.rooms());
      },
    });
    // Series exist from the start, so that a rate over them is right from the first event on.
    const networks = [...labelledNetworks, OTHER_NETWORKS];
    this.networks = new NetworkMetrics(this.#registry, networks);
    for (const network of networks) {
      this.#peers.set({ network, kind: 'browser' }, 0);
      this.#peers.set({ network, kind: 'gateway' }, 0);
    }
    for (const reason of refusalCodes) this.#refused.inc({ reason }, 0);
  }

  /** Peers that have joined, over all networks. */
  get peerCount(): number {
    return this.#peerCount;
  }

  /** The media type of `text()`. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** A peer joined. */
  joined(network: string, kind: PeerKind): void {
    this.#peerCount++;
    this.#peers.inc({ network, kind });
  }

  /** A peer that had joined is gone. */
  left(network: string, kind: PeerKind): void {
    this.#peerCount--;
    this.#peers.dec({ network, kind });
  }

  /** One signal was handed to its recipient's connection. */
  relayed(): void {
    this.#relayed.inc();
  }

  /** Something was refused. */
  refused(reason: RefusalCode): void {
    this.#refused.inc({ reason });
  }

  /** Everything in the Prometheus text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
