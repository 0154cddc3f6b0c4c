import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** The ports of the page, the signaling server and the gateway. */
export type Ports = readonly [page: number, signal: number, gateway: number];

/** Three ports which nothing listens on. */
export async function freePorts(): Promise<Ports> {
  const servers = [1, 2, 3].map(() => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const [page = 0, signal = 0, gateway = 0] = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return [page, signal, gateway];
}

/** The options of `npm start` that name them. */
export function portOptions([page, signal, gateway]: Ports): string[] {
  return ['--port', page, '--signal-port', signal, '--gateway-port', gateway].map(String);
}
