/** What `/metrics` tells Prometheus about this gateway. */
import { metricDefinitions, metricHelp, metricNames } from '@vision-light/protocol';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { VisionNodeFacts } from '../bridges/vision/vision-bridge.js';
import type { GatewayFacts } from './facts.js';

/** The process's own figures, and those of the node, read when they are asked for. */
export function createRegistry(facts: () => GatewayFacts | undefined): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, value: (facts: GatewayFacts) => number): void => {
    const metric: Gauge = new Gauge({
      name: `vision_light_gateway_${name}`,
      help,
      registers: [registry],
      labelNames: ['network'],
      collect: () => {
        const now = facts();
        if (now !== undefined) metric.set({ network: now.network }, value(now));
      },
    });
  };
  gauge('tip_height', 'Height of the best verified header.', ({ tip }) => tip.height);
  gauge('tip_time_seconds', 'Unix time of the best verified header.', ({ tip }) => tip.time);
  gauge('peers', 'Peers that have said hello.', ({ peers }) => peers);
  gauge('links', 'WebRTC links, those being set up or ended included.', ({ links }) => links);
  gauge(
    'signaling_servers',
    'Signaling servers that the gateway is on.',
    ({ signalServers }) => signalServers,
  );
  gauge(
    'full_nodes',
    'Full nodes of the network that are connected.',
    ({ fullNodes }) => fullNodes?.connected.length ?? 0,
  );
  gauge('mined_headers', 'Headers mined since the start.', ({ mined }) => mined);
  gauge('mining_nonces', 'Nonces tried since the start.', ({ nonces }) => nonces);
  addFaultMetric(registry, facts);
  addNodeMetrics(registry, facts);
  addVisionNodeMetrics(registry, facts);
  return registry;
}

function addFaultMetric(registry: Registry, facts: () => GatewayFacts | undefined): void {
  const metric: Counter = new Counter({
    name: 'vision_light_gateway_full_node_faults_total',
    help: 'Connections to full nodes that ended for something that the node did wrong.',
    registers: [registry],
    labelNames: ['network', 'code'],
    collect: () => {
      const now = facts();
      metric.reset();
      for (const [code, count] of now?.fullNodes?.faults ?? [])
        metric.inc({ network: now?.network ?? '', code }, count);
    },
  });
}

/** The node's own metrics under their names; the node counts, prom-client only writes them down. */
function addNodeMetrics(registry: Registry, facts: () => GatewayFacts | undefined): void {
  for (const name of metricNames) {
    const { type } = metricDefinitions[name];
    const options = { name, help: metricHelp[name], registers: [registry], labelNames: ['network'] as const };
    const collect = (): void => {
      const now = facts();
      if (now === undefined) return;
      metric.reset();
      metric.inc({ network: now.network }, now.metrics[name]);
    };
    const metric: Counter | Gauge =
      type === 'counter' ? new Counter({ ...options, collect }) : new Gauge({ ...options, collect });
  }
}

/** One line for each existing node that is followed; none where there is no such node. */
function addVisionNodeMetrics(registry: Registry, facts: () => GatewayFacts | undefined): void {
  const gauge = (name: string, help: string, value: (node: VisionNodeFacts) => number): void => {
    const metric: Gauge = new Gauge({
      name: `vision_light_gateway_vision_node_${name}`,
      help,
      registers: [registry],
      labelNames: ['network', 'node'],
      collect: () => {
        const now = facts();
        for (const node of now?.visionNodes ?? [])
          metric.set({ network: now?.network ?? '', node: node.url }, value(node));
      },
    });
  };
  gauge('reachable', 'Whether the node can be followed: 1 or 0.', (node) =>
    node.reachableSince === undefined ? 0 : 1,
  );
  gauge('height', 'Height that the node claims, 0 if it has claimed none.', ({ height }) => height ?? 0);
  gauge('faults', 'Faults of the node since the start.', ({ faults }) => faults);
}
