import type { ToNodeWorker } from '../boundary/messages.js';
import { relayChannel } from '../channel/relay-channel.js';

/** Posts a message to the node worker. @throws {DOMException} DataCloneError if the browser cannot transfer a data channel */
export type PostToWorker = (message: ToNodeWorker, transfer?: Transferable[]) => void;

/** Gives new channels to the node worker: the channel itself where the browser can transfer it, otherwise its messages. */
export class ChannelHandover {
  readonly #post: PostToWorker;
  #transfersChannels = true;

  constructor(post: PostToWorker) {
    this.#post = post;
  }

  /** To be called in the task in which the channel was created; later it cannot be transferred. */
  handOver(peer: string, channel: RTCDataChannel): void {
    if (this.#transfersChannels) {
      try {
        this.#post({ type: 'channel', peer, channel }, [channel as unknown as Transferable]);
        return;
      } catch {
        this.#transfersChannels = false;
      }
    }
    const { port1, port2 } = new MessageChannel();
    relayChannel(channel, port1);
    this.#post({ type: 'relay', peer, port: port2 }, [port2]);
  }
}
