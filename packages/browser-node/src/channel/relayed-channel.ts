import type { RelayMessage } from '../boundary/messages.js';
import type { PeerChannel, PeerChannelEvents } from './peer-channel.js';

/** The worker's end of a channel that lives on the page, where browsers cannot transfer one. */
export class RelayedChannel implements PeerChannel {
  readonly #port: MessagePort;

  constructor(port: MessagePort, events: PeerChannelEvents) {
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<RelayMessage>) => {
      if (data instanceof ArrayBuffer) events.received(new Uint8Array(data));
      else if (data.type === 'open') events.opened();
      else if (data.type === 'drained') events.drained(data.bufferedBytes);
      else if (data.type === 'closed') {
        port.close();
        events.closed();
      }
    };
  }

  send(bytes: Uint8Array): void {
    // A copy, because the core may send the same bytes to the next peer.
    const { buffer } = bytes.slice();
    this.#port.postMessage(buffer satisfies RelayMessage, [buffer]);
  }

  close(): void {
    this.#port.postMessage({ type: 'close' } satisfies RelayMessage);
  }
}
