/**
 * What is due, in the order of its time, and of equal times in the order of its coming: a heap of four children each.
 *
 * A large network has thousands of tasks in it. What is compared lies in columns of numbers, so that finding the next
 * one touches a few lines of memory and no object but the one that is found.
 */

/** One thing to be done. */
export interface Task {
  /** Undefined once cancelled: it is passed over when its turn comes. */
  run: (() => void) | undefined;
}

const CHILDREN = 4;
const FIRST_CAPACITY = 64;

/** Adding and taking cost the logarithm of its length; cancelling costs nothing. */
export class EventQueue {
  /** The heap: times, and which entry of the columns below they belong to. */
  #times = new Float64Array(FIRST_CAPACITY);
  #slots = new Uint32Array(FIRST_CAPACITY);
  #length = 0;
  /** By slot. */
  #orders = new Float64Array(FIRST_CAPACITY);
  readonly #tasks: (Task | undefined)[] = [];
  readonly #free: number[] = [];
  #order = 0;
  #takenAt = 0;

  /** When the task was due that was taken last. */
  get takenAt(): number {
    return this.#takenAt;
  }

  add(at: number, task: Task): void {
    if (this.#length === this.#times.length) this.#grow();
    const slot = this.#free.pop() ?? this.#tasks.length;
    this.#tasks[slot] = task;
    this.#orders[slot] = this.#order++;
    this.#rise(this.#length++, at, slot);
  }

  /** Removes and returns the first task that is due by then. */
  takeUntil(untilMs: number): Task | undefined {
    while (this.#length > 0) {
      const at = this.#times[0] as number;
      if (at > untilMs) return undefined;
      const slot = this.#slots[0] as number;
      const task = this.#tasks[slot] as Task;
      this.#tasks[slot] = undefined;
      this.#free.push(slot);
      const last = --this.#length;
      if (last > 0) this.#sink(this.#times[last] as number, this.#slots[last] as number);
      if (task.run === undefined) continue;
      this.#takenAt = at;
      return task;
    }
    return undefined;
  }

  /** Puts an entry where `hole` is, or above. */
  #rise(hole: number, at: number, slot: number): void {
    const times = this.#times;
    const slots = this.#slots;
    let place = hole;
    while (place > 0) {
      const up = Math.floor((place - 1) / CHILDREN);
      // What comes is younger than all that is there.
      if ((times[up] as number) <= at) break;
      times[place] = times[up] as number;
      slots[place] = slots[up] as number;
      place = up;
    }
    times[place] = at;
    slots[place] = slot;
  }

  /** Puts the last entry where the first one was, or below. */
  #sink(at: number, slot: number): void {
    const times = this.#times;
    const slots = this.#slots;
    const length = this.#length;
    let place = 0;
    for (;;) {
      const first = place * CHILDREN + 1;
      if (first >= length) break;
      let least = first;
      const end = Math.min(first + CHILDREN, length);
      for (let child = first + 1; child < end; child++) {
        if (this.#isBefore(child, times[least] as number, slots[least] as number)) least = child;
      }
      if (!this.#isBefore(least, at, slot)) break;
      times[place] = times[least] as number;
      slots[place] = slots[least] as number;
      place = least;
    }
    times[place] = at;
    slots[place] = slot;
  }

  /** Whether the entry at a place of the heap comes before another one. */
  #isBefore(place: number, at: number, slot: number): boolean {
    const time = this.#times[place] as number;
    if (time !== at) return time < at;
    return (this.#orders[this.#slots[place] as number] as number) < (this.#orders[slot] as number);
  }

  #grow(): void {
    const capacity = 2 * this.#times.length;
    const times = new Float64Array(capacity);
    const slots = new Uint32Array(capacity);
    const orders = new Float64Array(capacity);
    times.set(this.#times);
    slots.set(this.#slots);
    orders.set(this.#orders);
    this.#times = times;
    this.#slots = slots;
    this.#orders = orders;
  }
}
