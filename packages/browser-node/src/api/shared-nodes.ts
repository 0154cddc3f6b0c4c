/**
 * Which node an application gets: whoever asks for the same network in the same origin shares one, in this page and with
 * other tabs. A node in memory, and one that is not to be shared, is nobody else's.
 */
import { release } from 'vision-light:release';
import { browserClock } from '../boundary/browser-clock.js';
import { workerSource } from '../boundary/worker-script.js';
import { requestLead } from '../tabs/leader-lock.js';
import { watchPage } from '../tabs/page-events.js';
import { SharedNode } from '../tabs/shared-node.js';
import { openTabChannel } from '../tabs/tab-channel.js';
import type { TabLinks } from '../tabs/tab-group.js';
import type { LightNodeSettings } from './light-node-options.js';
import { startEngine } from './node-engine.js';

/** The nodes of this page that can be joined, by the names that other tabs know them by. */
const nodes = new Map<string, { readonly node: SharedNode; readonly settings: LightNodeSettings }>();

/** The node for these settings, which is started if this page has none. `hold` was called once. */
export function joinNode(settings: LightNodeSettings): SharedNode {
  const name = nameOf(settings);
  const known = name === undefined ? undefined : nodes.get(name);
  if (known !== undefined) {
    warnOfDifferences(known.settings, settings);
    known.node.hold();
    return known.node;
  }
  const tabs = name === undefined ? undefined : linksOf(name);
  const node: SharedNode = new SharedNode({
    tabs,
    clock: browserClock,
    watchPage,
    start: (how, events) => startEngine(settings, how, events),
    over: () => {
      if (name !== undefined && nodes.get(name)?.node === node) nodes.delete(name);
    },
  });
  if (name !== undefined) nodes.set(name, { node, settings });
  // A tab that follows loads the worker's script too, so that it can take over when the page's server is out of reach.
  if (tabs !== undefined) void workerSource(settings.network, settings.workerUrl).catch(() => {});
  node.hold();
  return node;
}

/** What is shared is shared under this name; undefined for what is not. */
function nameOf({ network, storage, share, privacy }: LightNodeSettings): string | undefined {
  if (!share || storage === 'memory') return undefined;
  try {
    // Who is to be relayed alone must not get the node of a tab that tells peers where it is.
    const relayed = privacy === 'relay-only' ? ' relayed' : '';
    return `vision-light ${release} ${JSON.stringify(network)}${relayed}`;
  } catch {
    // Not plain data: that is said when the node is started.
    return undefined;
  }
}

/** Where the browser has no Web Locks, nothing could be decided among tabs. */
function linksOf(name: string): TabLinks | undefined {
  if (navigator.locks === undefined || !('BroadcastChannel' in globalThis)) return undefined;
  const id = crypto.randomUUID();
  return {
    id,
    requestLead: (isTheft, events) => requestLead(name, isTheft, events),
    openChannel: (events) => openTabChannel(name, id, events),
  };
}

/** The first one's options count. Those who come later are told in the console which of theirs do not. */
function warnOfDifferences(first: LightNodeSettings, later: LightNodeSettings): void {
  const { abort: _, ...compared } = later;
  for (const name of Object.keys(compared) as (keyof typeof compared)[])
    if (textOf(first[name]) !== textOf(later[name]))
      console.warn(
        `createLightNode: this page's node was started with another ${name} (${textOf(first[name])}), which counts`,
      );
}

const textOf = (value: unknown): string =>
  JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? String(each) : each)) ??
  'undefined';
