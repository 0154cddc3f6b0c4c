/** A peer that is no node of ours: it says what a test has it say, and remembers what it is told. */
import {
  type ChannelEnds,
  decodeMessage,
  encodeMessage,
  FRAME_BYTES_MAX,
  frameMessage,
  type Hello,
  type Message,
  MessageAssembler,
  PROTOCOL_VERSION,
  signedHello,
} from '@vision-light/protocol';
import type { NodeKey } from '../../packages/gateway/src/node-key.js';
import { Link, type SimNode, type World } from './world.js';

const none = new Uint8Array(32);

export class Stranger {
  readonly received: Message[] = [];
  isConnected = true;
  /** False for one that does not take what it is sent. */
  isReading = true;
  /** Bytes that reached the node, bytes that came from it, and those of a message that has begun and not ended. */
  saidBytes = 0;
  heardBytes = 0;
  partialBytes = 0;
  readonly #said = new MessageAssembler(8 * 1024 * 1024);
  readonly #assembler = new MessageAssembler(8 * 1024 * 1024);

  /**
   * @param answer  called with every message after hello; its own answers go out by `say`
   * @param channel  what its channel is between, as the node sees it; nothing encrypts it if absent
   * @param link  who made the channel, and from which network, as far as the node knows that
   */
  constructor(
    readonly world: World,
    readonly id: string,
    readonly node: SimNode,
    readonly answer: (message: Message, self: Stranger) => void = answerPings,
    readonly channel?: ChannelEnds,
    link: { readonly isChosen?: boolean; readonly group?: string; readonly isBridged?: boolean } = {},
  ) {
    node.join(new Link(node, id, { send: (bytes) => this.#take(bytes) }));
    node.driver.push({ type: 'peerConnected', peer: id, ...link, ...(channel && { channel }) });
  }

  /** Messages of one type, in order. */
  heard<T extends Message['type']>(type: T): Extract<Message, { type: T }>[] {
    return this.received.filter((message): message is Extract<Message, { type: T }> => message.type === type);
  }

  /** The code of the reject it got, if any. */
  get rejectedWith(): string | undefined {
    return this.heard('reject')[0]?.code;
  }

  /** Says hello with a key, in answer to the node's challenge, which must have come. @param changes  what is signed, too */
  prove(key: NodeKey, changes: Partial<Hello> = {}): void {
    const [challenge] = this.heard('challenge');
    if (challenge === undefined) throw new Error('the node has sent no challenge');
    const hello = { ...this.plainHello, ...changes };
    const { localFingerprint = none, remoteFingerprint = none } = this.channel ?? {};
    const ends = { localFingerprint: remoteFingerprint, remoteFingerprint: localFingerprint };
    const signature = key.sign(signedHello(hello, ends, challenge.nonce));
    this.challenge();
    this.say({ ...hello, identity: { key: key.publicKey, ...ends, signature } });
  }

  /** Asks the node to prove who it is. */
  challenge(nonce: Uint8Array = none): void {
    this.say({ type: 'challenge', version: PROTOCOL_VERSION, minVersion: PROTOCOL_VERSION, nonce });
  }

  /** Says hello as one of the same network, with changes. */
  hello(changes: Partial<Hello> = {}): void {
    this.say({ ...this.plainHello, ...changes });
  }

  /** The hello of a node of the same network that has no key. */
  get plainHello(): Hello {
    const { genesis, networkId, work } = this.node.options.family;
    const chainwork = work(genesis.record);
    return {
      type: 'hello',
      version: PROTOCOL_VERSION,
      minVersion: PROTOCOL_VERSION,
      networkId,
      height: 0,
      chainwork,
      services: 0,
      requires: 0,
      userAgent: 'stranger',
      time: 0,
      identity: undefined,
    };
  }

  say(...messages: Message[]): void {
    for (const message of messages)
      for (const frame of frameMessage(encodeMessage(message), FRAME_BYTES_MAX)) this.sayRaw(frame);
  }

  /** Closes its end of the channel. */
  leave(): void {
    this.world.after(this.world.latencyMs, () => {
      if (this.#isLinked) this.node.driver.push({ type: 'peerDisconnected', peer: this.id });
    });
  }

  /** One data channel message of any bytes. */
  sayRaw(bytes: Uint8Array): void {
    this.world.after(this.world.latencyMs, () => {
      if (!this.#isLinked) return;
      this.saidBytes += bytes.length;
      this.partialBytes = this.#said.push(bytes).length > 0 ? 0 : this.partialBytes + bytes.length;
      this.node.driver.push({ type: 'bytesReceived', peer: this.id, bytes });
    });
  }

  get #isLinked(): boolean {
    this.isConnected = this.node.links.has(this.id) && this.node.isRunning;
    return this.isConnected;
  }

  #take(bytes: Uint8Array): void {
    this.heardBytes += bytes.length;
    // What was sent before a disconnection still arrives.
    this.world.after(this.world.latencyMs, () => {
      for (const message of this.#assembler.push(bytes)) {
        const decoded = decodeMessage(message.slice());
        if (!decoded.ok) throw new Error(`the node sent what it would not take: ${decoded.code}`);
        this.received.push(decoded.message);
        if (this.#isLinked) this.answer(decoded.message, this);
      }
      if (this.#isLinked && this.isReading)
        this.node.driver.push({ type: 'sendDrained', peer: this.id, bufferedBytes: 0 });
    });
  }
}

/** Keeps the connection alive, and does nothing else. */
export function answerPings(message: Message, self: Stranger): void {
  if (message.type === 'ping') self.say({ type: 'pong', requestId: message.requestId });
}
