/**
 * A directory for a signaling server that connects the nodes to itself and not to one another. All else of the server is as
 * it should be. Its fingerprints take the place of theirs, since the offers and answers are its own.
 */
import { randomInt } from 'node:crypto';
import type { SignalRoute } from '@vision-light/peering';
import type { Message } from '@vision-light/protocol';
import {
  type Deliver,
  defaultLimits,
  memoryDirectory,
  type OpenDirectory,
  type PeerKind,
} from '@vision-light/signal-server';
import { decodeSignalData } from '@vision-light/signaling';
import { type Face, joinedFaces, messagesIn } from '../joined-faces.js';

/** A node, as whoever is between it and another one deals with it. */
interface Side {
  readonly face: Face;
  /** The way to the node, on which the other node's id stands for that node. */
  readonly route: SignalRoute;
}

/** Sits between every two nodes of a signaling server. */
export class ManInTheMiddle {
  /** By the ids of the node that is talked to and of the one that it believes to talk to. */
  readonly #sides = new Map<string, Side>();
  readonly #kinds = new Map<string, PeerKind>();
  #replayed: readonly Uint8Array[] = [];

  /** What `createSignalServer` takes. */
  readonly openDirectory: OpenDirectory = async (deliver) => {
    const honest = await memoryDirectory({ ...defaultLimits, randomBelow: randomInt })(deliver);
    return {
      join: (peer, count) => {
        this.#kinds.set(peer.id, peer.kind);
        return honest.join(peer, count);
      },
      sample: (id, count) => honest.sample(id, count),
      route: async (from, to, signal) => {
        const { data } = JSON.parse(signal) as { readonly data: unknown };
        this.#take(from, to, data, deliver);
        return { ok: true };
      },
      leave: (id) => honest.leave(id),
      roomCount: () => honest.roomCount(),
      close: () => honest.close(),
    };
  };

  /** What nodes of a kind have said so far, one list for each pair of nodes. */
  heardOf(kind: PeerKind): Message[][] {
    return this.#framesOf(kind).map(messagesIn);
  }

  /** From now on nobody is connected to a gateway: whoever asks for one is told what a gateway has said to somebody else. */
  replayGateway(): void {
    const [frames = []] = this.#framesOf('gateway');
    // Its challenge and its hello.
    this.#replayed = frames.slice(0, 2);
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#sides.values(), ({ face }) => face.rtc.close()));
  }

  #framesOf(kind: PeerKind): (readonly Uint8Array[])[] {
    return [...this.#sides].flatMap(([ids, { face }]) => {
      const [id = ''] = ids.split(' ');
      return this.#kinds.get(id) === kind ? [face.heard] : [];
    });
  }

  #take(from: string, to: string, data: unknown, deliver: Deliver): void {
    const signal = decodeSignalData(data);
    if (signal === undefined) throw new Error('a node has sent what is no signal');
    const [near, far] = this.#between(from, to, deliver);
    near.face.rtc.links.receive(near.route, from, signal);
    if (signal.type !== 'offer') return;
    if (this.#replayed.length === 0) far.face.rtc.links.dial(far.route, to);
    else for (const frame of this.#replayed) near.face.say(frame);
  }

  /** The sides towards two nodes, which are made if they are new. */
  #between(first: string, second: string, deliver: Deliver): readonly [Side, Side] {
    const known = [this.#sides.get(`${first} ${second}`), this.#sides.get(`${second} ${first}`)];
    const [near, far] = known;
    if (near !== undefined && far !== undefined) return [near, far];
    const [toFirst, toSecond] = joinedFaces();
    const sideOf = (face: Face, ownId: string): Side => {
      const send = (to: string, data: unknown): void => deliver(to, JSON.stringify({ from: ownId, data }));
      return { face, route: { url: 'the middle', ownId, iceServers: [], send } };
    };
    const sides = [sideOf(toFirst, second), sideOf(toSecond, first)] as const;
    this.#sides.set(`${first} ${second}`, sides[0]).set(`${second} ${first}`, sides[1]);
    return sides;
  }
}
