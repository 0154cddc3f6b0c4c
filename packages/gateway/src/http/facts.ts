import type { Metrics, Phase, Tip } from '@vision-light/protocol';

/** What a gateway tells about itself over HTTP. */
export interface GatewayFacts {
  readonly network: string;
  readonly phase: Phase;
  readonly tip: Tip;
  readonly peers: number;
  readonly links: number;
  readonly signalServers: number;
  /** Whether it mines, or is about to: then a chain follows even where there is none yet. */
  readonly isMining: boolean;
  readonly mined: number;
  readonly nonces: number;
  /** What the node counts. */
  readonly metrics: Metrics;
}
