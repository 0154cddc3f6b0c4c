/** `/healthz` and `/metrics`. */
import type { VisionNodeFacts } from '../bridges/vision/vision-bridge.js';
import { version } from '../version.js';
import { type HttpRoute, type HttpRoutes, jsonAnswer } from './answer.js';
import type { GatewayFacts } from './facts.js';
import { createRegistry } from './metrics.js';

/** @param facts  undefined until the gateway is ready, and from its end on */
export function createStatusRoutes(facts: () => GatewayFacts | undefined): HttpRoutes {
  const registry = createRegistry(facts);
  return new Map<string, HttpRoute>([
    [
      '/healthz',
      {
        method: 'GET',
        isStatus: true,
        answer: () => {
          const now = facts();
          const body = now === undefined ? { status: 'starting', version } : health(now);
          return jsonAnswer(now === undefined ? 503 : 200, `${JSON.stringify(body)}\n`);
        },
      },
    ],
    [
      '/metrics',
      {
        method: 'GET',
        isStatus: true,
        answer: async () => ({
          status: 200,
          type: 'text/plain; version=0.0.4',
          body: await registry.metrics(),
        }),
      },
    ],
  ]);
}

function health(facts: GatewayFacts): object {
  const { network, phase, tip, peers, signalServers, addresses, isMining, visionNodes, fullNodes } = facts;
  const ageS = Math.max(0, Math.floor(Date.now() / 1000) - tip.time);
  return {
    status: 'ok',
    version,
    network,
    phase,
    tip: { height: tip.height, hash: tip.hash, time: tip.time, ageS },
    peers,
    signalServers,
    addresses,
    mining: isMining,
    // A gateway that was told to follow no network has none to lose.
    ...(fullNodes === undefined && visionNodes.length === 0 ? {} : { live: isLive(facts) }),
    ...(fullNodes === undefined ? {} : { fullNodes: fullNodes.connected }),
    ...(visionNodes.length === 0 ? {} : { visionNodes: visionNodes.map(nodeHealth) }),
  };
}

function isLive({ fullNodes, visionNodes }: GatewayFacts): boolean {
  const isFollowed = visionNodes.some(({ reachableSince }) => reachableSince !== undefined);
  return isFollowed || (fullNodes !== undefined && fullNodes.connected.length > 0);
}

function nodeHealth({ url, reachableSince, lastFault, height }: VisionNodeFacts): object {
  const lastError = lastFault && {
    code: lastFault.code,
    detail: lastFault.detail,
    time: Math.floor(lastFault.time),
  };
  return {
    url,
    reachableSince: reachableSince === undefined ? null : Math.floor(reachableSince),
    lastError: lastError ?? null,
    height: height ?? null,
  };
}
