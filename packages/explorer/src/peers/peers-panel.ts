/** The list of peers on the overview, one line each: kind, id, height and round-trip time. */

import { byTestId, createElement, setText } from '../display/element.js';
import { formatCount } from '../display/quantities.js';
import type { SessionState } from '../session/node-session.js';
import { describeKind, describeRtt } from './peer-words.js';

/** Keeps one line for each peer. */
export class PeersPanel {
  readonly #list = byTestId<HTMLUListElement>('peer-list');
  readonly #empty = byTestId('peer-empty');
  readonly #lines = new Map<string, PeerLine>();

  render({ peers, lifecycle }: SessionState): void {
    setText(
      this.#empty,
      lifecycle === 'left' ? 'This page has left the network, and its peers.' : 'No peer yet.',
    );
    this.#empty.hidden = peers.length > 0;
    const ids = new Set(peers.map((peer) => peer.id));
    for (const [id, line] of this.#lines) {
      if (ids.has(id)) continue;
      line.item.remove();
      this.#lines.delete(id);
    }
    for (const peer of peers) {
      let line = this.#lines.get(peer.id);
      if (line === undefined) {
        line = createLine();
        this.#lines.set(peer.id, line);
        this.#list.append(line.item);
      }
      line.item.dataset.kind = peer.kind;
      setText(line.kind, describeKind(peer));
      setText(line.id, peer.id.slice(0, 8));
      setText(line.height, `at ${formatCount(peer.height)}`);
      setText(line.rtt, describeRtt(peer));
    }
  }
}

interface PeerLine {
  readonly item: HTMLLIElement;
  readonly kind: HTMLElement;
  readonly id: HTMLElement;
  readonly height: HTMLElement;
  readonly rtt: HTMLElement;
}

function createLine(): PeerLine {
  const item = createElement('li');
  const kind = createElement('span', 'peer-kind');
  const id = createElement('span', 'peer-id');
  const height = createElement('span', 'peer-height');
  const rtt = createElement('span', 'peer-rtt');
  item.append(kind, id, height, rtt);
  return { item, kind, id, height, rtt };
}
