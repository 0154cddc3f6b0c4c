/**
 * What a platform does for introductions through peers: an offer goes to a node that is to be connected to, which answers
 * it, and then the two have a channel. As in WebRTC, an answer is of use only with the offer that it answers.
 */
import { bytesToHex, type Introduction, type NodeEventBody } from '@vision-light/protocol';

/** First byte of an offer, and of an answer. */
const [OFFER, ANSWER] = [1, 2];

/** What others see of a node. */
interface KnownNode {
  readonly id: string;
  readonly key: { readonly publicKey: Uint8Array } | undefined;
}

/** The node whose introductions these are, and its world. */
interface OwnNode extends KnownNode {
  readonly isRunning: boolean;
  readonly driver: { push(event: NodeEventBody): unknown };
  readonly world: {
    readonly nodes: ReadonlyMap<string, KnownNode>;
    connectIntroduced(id: string, other: string, introducer: string): void;
  };
}

/** The introductions of one node. */
export class SimIntroductions {
  /** What has come, in order. */
  readonly performed: Introduction[] = [];
  /** Of the last offer to each node, by its key. */
  readonly #offers = new Map<string, number>();
  #lastOffer = 0;

  constructor(readonly owner: OwnNode) {}

  /** Those of one kind, in order. */
  of<K extends Introduction['kind']>(kind: K): Extract<Introduction, { kind: K }>[] {
    return this.performed.filter((each): each is Extract<Introduction, { kind: K }> => each.kind === kind);
  }

  perform(introduction: Introduction): void {
    this.performed.push(introduction);
    switch (introduction.kind) {
      case 'introducible':
        for (const key of introduction.keys) this.#offer(key);
        break;
      case 'signalReceived':
        this.#signalled(introduction);
        break;
      case 'signalRefused':
        this.#offers.delete(bytesToHex(introduction.to));
        break;
    }
  }

  #offer(key: Uint8Array): void {
    this.#lastOffer = (this.#lastOffer + 1) % 256;
    this.#offers.set(bytesToHex(key), this.#lastOffer);
    this.#send(key, OFFER, this.#lastOffer);
  }

  #signalled({
    from,
    via,
    payload: [kind, offer = 0],
  }: Extract<Introduction, { kind: 'signalReceived' }>): void {
    if (kind === OFFER) this.#send(from, ANSWER, offer);
    const name = bytesToHex(from);
    if (kind !== ANSWER || this.#offers.get(name) !== offer) return;
    this.#offers.delete(name);
    const { id, world } = this.owner;
    const other = [...world.nodes.values()].find(
      ({ key }) => key !== undefined && bytesToHex(key.publicKey) === name,
    );
    if (other !== undefined) world.connectIntroduced(id, other.id, `peer ${bytesToHex(via)}`);
  }

  /** Its driver is busy with what it performs: the command comes after that. */
  #send(to: Uint8Array, ...payload: number[]): void {
    const { driver, isRunning } = this.owner;
    const command = { kind: 'sendSignal', to, payload: Uint8Array.from(payload) } as const;
    if (isRunning) driver.push({ type: 'command', command });
  }
}
