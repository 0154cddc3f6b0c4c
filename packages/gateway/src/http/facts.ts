import type { Metrics, Phase, Tip } from '@vision-light/protocol';
import type { VisionNodeFacts } from '../bridges/vision/vision-bridge.js';

/** The full nodes of a gateway. */
export interface FullNodeFacts {
  readonly connected: readonly {
    /** `host:port`. */
    readonly address: string;
    /** As it calls itself. */
    readonly userAgent: string;
    /** Of its tip when it connected, as it says. */
    readonly height: number;
  }[];
  /** How often connections ended for something that a node did wrong, by the code of the fault. */
  readonly faults: ReadonlyMap<string, number>;
}

/** What a gateway tells about itself over HTTP. */
export interface GatewayFacts {
  readonly network: string;
  readonly phase: Phase;
  readonly tip: Tip;
  readonly peers: number;
  readonly links: number;
  readonly signalServers: number;
  /** Where pages find it without a signaling server. */
  readonly addresses: readonly string[];
  /** The full nodes of the network that it is connected to; undefined if it is told of none to connect to. */
  readonly fullNodes: FullNodeFacts | undefined;
  /** Whether it mines, or is about to: then a chain follows even where there is none yet. */
  readonly isMining: boolean;
  readonly mined: number;
  readonly nonces: number;
  /** The existing nodes that it follows. */
  readonly visionNodes: readonly VisionNodeFacts[];
  /** What the node counts. */
  readonly metrics: Metrics;
}
