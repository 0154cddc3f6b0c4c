/** The newest headers, each expandable to its fields. */

import type { HeaderInfo } from '@vision-light/browser-node';
import { byTestId, createElement, setText } from '../display/element.js';
import { countNoun, formatAge, formatCount, shortenHash } from '../display/quantities.js';
import type { SessionState } from '../session/node-session.js';
import { createHeaderFields } from './header-fields.js';

/** Rows in the list. The chart above it shows more headers. Arbitrary: about what a screen shows. */
const ROWS_MAX = 12;

/** How long a row that is new stays highlighted at least, in seconds: until the page is drawn after that. Arbitrary. */
const HIGHLIGHT_S = 1.4;

interface Row {
  readonly item: HTMLLIElement;
  readonly details: HTMLDetailsElement;
  readonly age: HTMLElement;
  readonly time: number;
  /** Unix seconds until which it is highlighted; 0 if it is not. */
  highlightedUntil: number;
}

/** Keeps one row for each header, so that an open or focused row survives every update. */
export class HeadersPanel {
  readonly #list = byTestId<HTMLOListElement>('headers');
  readonly #note = byTestId('headers-note');
  readonly #empty = byTestId('headers-empty');
  readonly #rows = new Map<string, Row>();

  render(newestFirst: readonly HeaderInfo[], now: number, state: SessionState): void {
    const shown = newestFirst.slice(0, ROWS_MAX);
    this.#empty.hidden = shown.some((header) => header.height > 0);
    if (this.#isBeingRead()) {
      const waiting = shown.findIndex((header) => this.#rows.has(header.hash));
      const count = waiting < 0 ? shown.length : waiting;
      setText(
        this.#note,
        count === 0 ? 'held while you read' : `held while you read · ${countNoun(count, 'newer header')}`,
      );
    } else {
      // A new row is highlighted for a moment, but not during a sync, when headers come too fast for that.
      this.#reconcile(shown, state.status?.phase === 'synced' ? now + HIGHLIGHT_S : 0);
      setText(this.#note, state.lifecycle === 'running' ? 'live' : '');
    }
    this.#renderAges(now);
  }

  #renderAges(now: number): void {
    for (const row of this.#rows.values()) {
      setText(row.age, formatAge(now - row.time));
      // No animation: it would draw a frame every 16 ms after each block.
      row.item.classList.toggle('arrived', now < row.highlightedUntil);
    }
  }

  /** Whether the visitor has opened a row or moves through the rows by keyboard: then they must not move. */
  #isBeingRead(): boolean {
    return this.#list.querySelector('details[open], :focus-visible') !== null;
  }

  #reconcile(shown: readonly HeaderInfo[], highlightedUntil: number): void {
    const hashes = new Set(shown.map((header) => header.hash));
    for (const [hash, row] of this.#rows) {
      if (hashes.has(hash)) continue;
      row.item.remove();
      this.#rows.delete(hash);
    }
    const isFirst = this.#rows.size === 0;
    let place: ChildNode | null = this.#list.firstChild;
    for (const header of shown) {
      const known = this.#rows.get(header.hash);
      const row = known ?? createRow(header);
      if (known === undefined) {
        this.#rows.set(header.hash, row);
        if (!isFirst) row.highlightedUntil = highlightedUntil;
      }
      if (row.item === place) place = place.nextSibling;
      else this.#list.insertBefore(row.item, place);
    }
  }
}

function createRow(header: HeaderInfo): Row {
  const item = createElement('li');
  item.dataset.height = String(header.height);
  item.dataset.hash = header.hash;
  item.value = header.height;
  const details = createElement('details');
  const summary = createElement('summary');
  const age = createElement('span', 'row-age');
  const miner = header.fields.miner;
  summary.append(
    createElement('span', 'row-height', formatCount(header.height)),
    createElement('span', 'row-hash', shortenHash(header.hash)),
    createElement('span', 'row-miner', typeof miner === 'string' ? miner : ''),
    age,
  );
  details.append(summary);
  // The fields are built when the row is first opened, since most rows never are.
  details.addEventListener('toggle', () => {
    if (details.open && details.childElementCount === 1) details.append(createHeaderFields(header));
  });
  item.append(details);
  return { item, details, age, time: header.time, highlightedUntil: 0 };
}
