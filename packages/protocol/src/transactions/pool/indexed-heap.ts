/** A binary heap from which any item can be taken: each item knows its place. Memory: one reference for each item. */
import { assert, defined } from '../../assert.js';

/** What an item of a heap has: its place, which only the heap changes; negative while it is in none. */
export interface HeapItem {
  heapIndex: number;
}

/** The least of many items at any time; every operation takes a time that grows with the logarithm of their number. */
export class IndexedHeap<T extends HeapItem> {
  readonly #items: T[] = [];

  /** @param isBefore  a strict order that does not change while both are in the heap */
  constructor(readonly isBefore: (a: T, b: T) => boolean) {}

  /** The least item, which stays. */
  get first(): T | undefined {
    return this.#items[0];
  }

  has(item: T): boolean {
    return item.heapIndex >= 0;
  }

  /** Puts an item in that is not in a heap. */
  add(item: T): void {
    assert(item.heapIndex < 0, 'an item is in one heap at most');
    item.heapIndex = this.#items.length;
    this.#items.push(item);
    this.#rise(item);
  }

  /** Takes an item out, if it is in. */
  delete(item: T): void {
    const at = item.heapIndex;
    if (at < 0) return;
    const last = defined(this.#items.pop(), 'a heap with an item in it is not empty');
    item.heapIndex = -1;
    if (last === item) return;
    this.#place(last, at);
    this.#rise(last);
    this.#sink(last);
  }

  #place(item: T, at: number): void {
    this.#items[at] = item;
    item.heapIndex = at;
  }

  #rise(item: T): void {
    while (item.heapIndex > 0) {
      const at = item.heapIndex;
      const parentAt = (at - 1) >> 1;
      const parent = defined(this.#items[parentAt], 'a place below the top has one above it');
      if (!this.isBefore(item, parent)) return;
      this.#place(parent, at);
      this.#place(item, parentAt);
    }
  }

  #sink(item: T): void {
    for (;;) {
      const at = item.heapIndex;
      const left = this.#items[2 * at + 1];
      const right = this.#items[2 * at + 2];
      const child = right !== undefined && left !== undefined && this.isBefore(right, left) ? right : left;
      if (child === undefined || !this.isBefore(child, item)) return;
      this.#place(item, child.heapIndex);
      this.#place(child, at);
    }
  }
}
