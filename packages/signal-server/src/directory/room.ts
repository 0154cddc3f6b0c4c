import type { PeerKind } from '@vision-light/signaling';

/** Someone in a room. */
export interface Member {
  readonly kind: PeerKind;
  /** Position in the room's list of its kind; the room keeps it, so that leaving costs O(1). */
  place: number;
}

/** An unbiased integer from 0 to `bound` − 1. */
export type RandomBelow = (bound: number) => number;

/** The members of one network, of whom a newcomer is told a random sample. */
export class Room<M extends Member> {
  /** The network id. */
  readonly network: string;
  readonly #browsers: M[] = [];
  readonly #gateways: M[] = [];
  /** The member that came last, while it is there. */
  #newest: M | undefined;

  constructor(network: string) {
    this.network = network;
  }

  /** How many members there are. */
  get size(): number {
    return this.#browsers.length + this.#gateways.length;
  }

  /** One of the members, the same one until somebody leaves; undefined of an empty room. */
  get first(): M | undefined {
    return this.#browsers[0] ?? this.#gateways[0];
  }

  /** Takes a member in; it must not be in a room already. */
  add(member: M): void {
    member.place = this.#listOf(member).push(member) - 1;
    this.#newest = member;
  }

  /** Lets a member go; it must be in this room. */
  remove(member: M): void {
    if (this.#newest === member) this.#newest = undefined;
    const list = this.#listOf(member);
    const last = list.pop()!;
    if (last === member) return;
    list[member.place] = last;
    last.place = member.place;
  }

  /**
   * A uniformly random ordered sample of the others, without repetition. If the room has another
   * gateway and the sample has none, a random gateway takes a random place in it.
   *
   * @param count  how many are wanted; fewer come back if there are fewer
   */
  sample(count: number, self: M, randomBelow: RandomBelow): M[] {
    const others = this.size - 1;
    const size = Math.min(count, others);
    const selfIndex = self.place + (self.kind === 'gateway' ? this.#browsers.length : 0);
    // The first steps of a Fisher-Yates shuffle over 0 … others − 1, of which only moved entries are kept.
    const moved = new Map<number, number>();
    const sample: M[] = [];
    for (let i = 0; i < size; i++) {
      const drawn = i + randomBelow(others - i);
      const index = moved.get(drawn) ?? drawn;
      moved.set(drawn, moved.get(i) ?? i);
      sample.push(this.#at(index < selfIndex ? index : index + 1));
    }
    if (size > 0 && !sample.some(isGateway)) {
      const gateway = this.#otherGateway(self, randomBelow);
      if (gateway !== undefined) sample[randomBelow(size)] = gateway;
    }
    return sample;
  }

  /**
   * Takes a member in, and tells it of others: the one that came before it, which is likely to have a place free, then a
   * random sample as {@link sample} makes it. So newcomers find a place however few links each member takes.
   */
  addAndSample(member: M, count: number, randomBelow: RandomBelow): M[] {
    const before = this.#newest;
    this.add(member);
    return newestFirst(before, this.sample(count, member, randomBelow), count, (one, other) => one === other);
  }

  #listOf(member: M): M[] {
    return member.kind === 'gateway' ? this.#gateways : this.#browsers;
  }

  #at(index: number): M {
    const browsers = this.#browsers.length;
    return (index < browsers ? this.#browsers[index] : this.#gateways[index - browsers])!;
  }

  #otherGateway(self: M, randomBelow: RandomBelow): M | undefined {
    const isSelfGateway = isGateway(self);
    const others = this.#gateways.length - (isSelfGateway ? 1 : 0);
    if (others === 0) return undefined;
    const drawn = randomBelow(others);
    return this.#gateways[isSelfGateway && drawn >= self.place ? drawn + 1 : drawn];
  }
}

/**
 * Puts the member that came last at the head of a sample. The sample keeps its gateway, if it has one.
 *
 * @param newest  undefined if it has gone
 * @param count  how many are wanted; of fewer than two, none is given up for it
 */
export function newestFirst<M extends Pick<Member, 'kind'>>(
  newest: M | undefined,
  sample: M[],
  count: number,
  isSame: (one: M, other: M) => boolean,
): M[] {
  if (newest === undefined || count < 2) return sample;
  const others = sample.filter((other) => !isSame(other, newest));
  const left = others.slice(0, count - 1);
  const isGatewayCut = !left.some(isGateway) && others.length > left.length && others.some(isGateway);
  return isGatewayCut && !isGateway(newest) ? [newest, ...others.slice(1)] : [newest, ...left];
}

function isGateway(member: Pick<Member, 'kind'>): boolean {
  return member.kind === 'gateway';
}
