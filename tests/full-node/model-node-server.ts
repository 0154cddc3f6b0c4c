/** A model node behind a TCP port of this machine. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { ModelNode } from './model-node.js';

/** See the head of this file. */
export interface ServedNode {
  /** As gateways are told of it. */
  readonly place: string;
  close(): Promise<void>;
}

/** Serves a node until it is closed. */
export async function serveNode(node: ModelNode): Promise<ServedNode> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const connection = node.connect((bytes) => socket.write(bytes));
    socket.on('data', (bytes) => connection.take(bytes));
    // Whoever hangs up in the middle of something is no fault of the node.
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    place: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
