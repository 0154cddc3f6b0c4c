/**
 * The library's listener for STUN requests that belong to no connection, one for each UDP port. The only file that knows its
 * quirks:
 *
 * - It is never stopped. In 0.33.4 whether it was stopped before is read from memory that nobody has written to, so that `stop`
 *   may do nothing, and the next request is handed to a listener that is freed. So a port stays open until the process ends. Its
 *   requests are ignored when nobody takes them, and whoever wants the port again, or any free one, gets it.
 * - It is kept here, because without a reference it is collected, which stops it.
 * - It takes no port 0, and does not say why it cannot open a port.
 */
import { createSocket, type SocketType } from 'node:dgram';
import { IceUdpMuxListener, type IceUdpMuxRequest } from 'node-datachannel';

/** What is called with each request; undefined while nobody takes them. */
type Handler = ((request: IceUdpMuxRequest) => void) | undefined;

interface OpenPort {
  readonly listener: IceUdpMuxListener;
  handler: Handler;
}

/** The ports that this process has opened, by their numbers. */
const openPorts = new Map<number, OpenPort>();

/**
 * Opens a UDP port on every interface.
 *
 * @param port  0 for any free one
 * @returns its number
 * @throws {Error} whose message is the system's code if it cannot be opened
 */
export async function openPort(port: number): Promise<number> {
  const idle = [...openPorts].find(
    ([number, { handler }]) => handler === undefined && [0, number].includes(port),
  );
  if (idle !== undefined) return idle[0];
  const both = await bindBriefly('udp6', port);
  const bound = both === 'EAFNOSUPPORT' ? await bindBriefly('udp4', port) : both;
  if (typeof bound === 'string') throw new Error(bound);
  const listener = new IceUdpMuxListener(bound);
  const opened: OpenPort = { listener, handler: undefined };
  listener.onUnhandledStunRequest((request) => opened.handler?.(request));
  openPorts.set(bound, opened);
  return bound;
}

/** Takes the requests of a port that {@link openPort} has given, instead of whoever took them before. */
export function handleRequests(port: number, handler: Handler): void {
  const opened = openPorts.get(port);
  if (opened !== undefined) opened.handler = handler;
}

/** @returns the port, or the error's code */
function bindBriefly(type: SocketType, port: number): Promise<number | string> {
  return new Promise((resolve) => {
    const socket = createSocket(type);
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      resolve(error.code ?? error.message);
    });
    socket.bind({ port, exclusive: true }, () => {
      const { port: bound } = socket.address();
      socket.close(() => resolve(bound));
    });
  });
}
