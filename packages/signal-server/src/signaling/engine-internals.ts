/**
 * The one place that knows what engine.io 6 and ws 8 keep private. Each use is a measured saving or a
 * bound that their public options do not offer; the tests of frames, backlog and shutdown go through all
 * of them, so a release that changes them is noticed.
 */
import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { REFUSED_CLOSE_CODE, type RefusalCode } from '@vision-light/signaling';
import { QUEUED_PACKET_OVERHEAD } from '../limits.js';

/** An engine.io packet as the `packet` event shows it, before anything acts on it. */
export interface EnginePacket {
  type: string;
  data?: unknown;
}

/** What we use of a connection of ws. */
export interface WireSocket extends EventEmitter {
  readonly bufferedAmount: number;
  pause(): void;
  close(code: number, reason: string): void;
  terminate(): void;
}

/** What we use of a connection of engine.io. */
export interface EngineSocket extends EventEmitter {
  readonly readyState: string;
  readonly transport: { readonly socket: WireSocket };
  readonly writeBuffer: readonly EnginePacket[];
  request: IncomingMessage | null;
  send(text: string, options: { compress: boolean }): void;
  close(): void;
}

/** An engine.io server with its ws server. */
export interface Engine extends EventEmitter {
  readonly ws: {
    readonly options: { maxFragments: number };
    handleUpgrade(
      request: IncomingMessage,
      socket: Duplex,
      head: Buffer,
      done: (wire: WireSocket) => void,
    ): void;
  };
  onWebSocket(request: IncomingMessage, socket: Duplex, wire: WireSocket): void;
}

/** What engine.io reads of a request while its headers are answered. */
const HANDSHAKE = { _query: { EIO: '4', transport: 'websocket' } };

/**
 * Hands an admitted upgrade to engine.io. Its own `handleUpgrade` would tie the request to the TCP
 * socket for as long as that is open, 2 KiB of each idle connection; its checks are made by `Admission`.
 */
export function acceptUpgrade(engine: Engine, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  Object.assign(request, HANDSHAKE);
  engine.ws.handleUpgrade(request, socket, head, (wire) => engine.onWebSocket(request, socket, wire));
}

/**
 * Opens a connection to say why it is refused, and closes it: a page can read that, and not the status of an upgrade. What
 * it costs is a WebSocket for `graceMs` at most, without a connection of engine.io.
 */
export function refuseUpgrade(
  engine: Engine,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  code: RefusalCode,
  graceMs: number,
): void {
  Object.assign(request, HANDSHAKE);
  engine.ws.handleUpgrade(request, socket, head, (wire) => {
    wire.on('error', () => wire.terminate());
    const cut = setTimeout(() => wire.terminate(), graceMs);
    wire.on('close', () => clearTimeout(cut));
    wire.close(REFUSED_CLOSE_CODE, code);
  });
}

/**
 * Bytes that wait in this process for a client to read: what ws has handed to the TCP socket and the
 * kernel has not taken, and what engine.io queues behind that. Costs O(queued packets), which is 0 for
 * a client that reads, and bounded by the backlog limit for one that does not.
 */
export function waitingBytes(raw: EngineSocket): number {
  let bytes = raw.transport.socket.bufferedAmount;
  for (const packet of raw.writeBuffer) bytes += QUEUED_PACKET_OVERHEAD + textLength(packet);
  return bytes;
}

/** Characters in a text packet; 0 for others. */
export function textLength(packet: EnginePacket): number {
  return typeof packet.data === 'string' ? packet.data.length : 0;
}

/** Makes engine.io ignore a packet of which its `packet` event just told. */
export function discardPacket(packet: EnginePacket): void {
  // The packet that stands for an unreadable frame is one shared object, and engine.io closes on it.
  if (packet.type === 'error') return;
  packet.type = 'noop';
  packet.data = undefined;
}
