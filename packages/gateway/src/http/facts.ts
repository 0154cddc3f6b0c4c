import type { Metrics, Phase, Tip } from '@vision-light/protocol';
import type { VisionNodeFacts } from '../bridges/vision/vision-bridge.js';

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
  /** The existing nodes that it follows. */
  readonly visionNodes: readonly VisionNodeFacts[];
  /** What the node counts. */
  readonly metrics: Metrics;
}
