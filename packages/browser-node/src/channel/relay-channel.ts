import type { RelayMessage } from '../boundary/messages.js';
import { GuardedChannel } from './guarded-channel.js';

/**
 * The page's end of a relayed channel: passes messages between the channel and the worker without copying them.
 */
export function relayChannel(channel: RTCDataChannel, port: MessagePort): void {
  const post = (message: RelayMessage, transfer: Transferable[] = []): void =>
    port.postMessage(message, transfer);
  const guarded = new GuardedChannel(channel, {
    opened: () => post({ type: 'open' }),
    // A message that arrived on its own owns its buffer.
    received: ({ buffer }) => post(buffer as ArrayBuffer, [buffer as ArrayBuffer]),
    drained: (bufferedBytes) => post({ type: 'drained', bufferedBytes }),
    // The worker closes the port once it has read this.
    closed: () => post({ type: 'closed' }),
  });
  port.onmessage = ({ data }: MessageEvent<RelayMessage>) => {
    if (data instanceof ArrayBuffer) guarded.send(new Uint8Array(data));
    else if (data.type === 'close') guarded.close();
  };
}
