/** Every peer with all that is known of it: kind, height, round-trip time, window, what it serves, and its key. */
import type { PeerInfo } from '@vision-light/browser-node';
import { createElement, setText } from '../display/element.js';
import { countNoun, formatCount } from '../display/quantities.js';
import { JoinCard } from '../joining/join-card.js';
import type { SessionState } from '../session/node-session.js';
import { createListFrame, type View, type ViewContext } from '../views/view.js';
import { describeKind, describeRtt, describeServices } from './peer-words.js';

type Field = 'height' | 'rtt' | 'window' | 'serves' | 'key' | 'id';

const labels: Readonly<Record<Field, string>> = {
  height: 'Height',
  rtt: 'Round trip',
  window: 'Window',
  serves: 'Serves',
  key: 'Public key',
  id: 'Id',
};

/** Keeps one entry for each peer, and joins further ones by hand. */
export function createPeersView({ session }: ViewContext): View {
  const list = createElement('ul', 'peer-cards');
  list.dataset.testid = 'peers-all';
  const note =
    'Other browsers and gateways, over WebRTC. What they send is checked, whoever they are; what a peer says of itself, such ' +
    'as its height and what it serves, is its claim. The window is how many bodies may be asked of it at a time, by how fast ' +
    'it gives them.';
  const { element, heading, lead } = createListFrame({ title: 'Peers', testId: 'peers', note }, list);
  const join = new JoinCard(session);
  join.element.classList.add('join');
  element.append(join.element);
  const entries = new Map<string, PeerEntry>();
  return {
    element,
    heading,
    hide: () => join.hide(),
    render({ peers, lifecycle }: SessionState) {
      setText(lead, describePeers(peers, lifecycle));
      const ids = new Set(peers.map(({ id }) => id));
      for (const [id, entry] of entries) {
        if (ids.has(id)) continue;
        entry.item.remove();
        entries.delete(id);
      }
      for (const peer of peers) {
        let entry = entries.get(peer.id);
        if (entry === undefined) {
          entry = createEntry();
          entries.set(peer.id, entry);
          list.append(entry.item);
        }
        fill(entry, peer);
      }
    },
  };
}

function describePeers(peers: readonly PeerInfo[], lifecycle: SessionState['lifecycle']): string {
  if (peers.length === 0)
    return lifecycle === 'left'
      ? 'This page has left the network, and its peers.'
      : 'No peer yet. A signaling server introduces them, or you join another page by hand; the trust view can say what stands in the way.';
  const gateways = peers.filter(({ kind }) => kind === 'gateway').length;
  return `${countNoun(peers.length, 'peer')}: ${countNoun(peers.length - gateways, 'browser')} and ${countNoun(gateways, 'gateway')}.`;
}

interface PeerEntry {
  readonly item: HTMLLIElement;
  readonly kind: HTMLElement;
  readonly values: ReadonlyMap<Field, HTMLElement>;
}

function createEntry(): PeerEntry {
  const item = createElement('li', 'card');
  const kind = createElement('h2');
  const facts = createElement('dl', 'peer-facts');
  const values = new Map<Field, HTMLElement>();
  for (const [field, label] of Object.entries(labels) as [Field, string][]) {
    const row = createElement('div');
    row.dataset.field = field;
    const value = createElement('dd');
    row.append(createElement('dt', '', label), value);
    facts.append(row);
    values.set(field, value);
  }
  item.append(kind, facts);
  return { item, kind, values };
}

function fill({ item, kind, values }: PeerEntry, peer: PeerInfo): void {
  item.dataset.kind = peer.kind;
  setText(kind, describeKind(peer));
  const { bodyWindow } = peer;
  const texts: Readonly<Record<Field, string>> = {
    height: formatCount(peer.height),
    rtt: describeRtt(peer),
    window:
      bodyWindow === undefined ? '–' : bodyWindow === 1 ? '1 body' : `${formatCount(bodyWindow)} bodies`,
    serves: describeServices(peer),
    key: peer.key ?? 'none',
    id: peer.id,
  };
  for (const [field, value] of values) setText(value, texts[field]);
}
