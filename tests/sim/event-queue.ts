/** What is due, in the order of its time, and of equal times in the order of its coming: a binary heap. */

/** One thing to be done at a time. */
export interface Task {
  readonly at: number;
  readonly order: number;
  /** Undefined once cancelled: it is passed over when its turn comes. */
  run: (() => void) | undefined;
}

const isBefore = (a: Task, b: Task): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** Adding and taking cost the logarithm of its length; cancelling costs nothing. */
export class EventQueue {
  readonly #heap: Task[] = [];
  #order = 0;

  add(at: number, run: () => void): Task {
    const task: Task = { at, order: this.#order++, run };
    this.#rise(task);
    return task;
  }

  /** Removes and returns the first task that is due by then. */
  takeUntil(untilMs: number): Task | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || first.at > untilMs) return undefined;
      const last = this.#heap.pop() as Task;
      if (this.#heap.length > 0) this.#sink(last);
      if (first.run !== undefined) return first;
    }
  }

  #rise(task: Task): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up] as Task;
      if (isBefore(parent, task)) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = task;
  }

  #sink(task: Task): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down >= heap.length) break;
      if (down + 1 < heap.length && isBefore(heap[down + 1] as Task, heap[down] as Task)) down++;
      const child = heap[down] as Task;
      if (isBefore(task, child)) break;
      heap[at] = child;
      at = down;
    }
    heap[at] = task;
  }
}
