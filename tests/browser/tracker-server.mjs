/** A real WebTorrent tracker on loopback: bittorrent-tracker, as public ones run it. */
import { once } from 'node:events';
import Server from 'bittorrent-tracker/server';

/**
 * @param {{ port?: number, refusal?: (peerId: string) => string | undefined }} [options]  `refusal`: why a peer may not be in
 *   the swarm, if so
 * @returns {Promise<{ url: string, port: number, swarmSize: () => number, close: () => Promise<void> }>}
 */
export async function startTracker({ port = 0, refusal } = {}) {
  const filter =
    refusal &&
    ((_infoHash, { peer_id: peerId }, done) => {
      const reason = refusal(peerId);
      done(reason === undefined ? null : new Error(reason));
    });
  const server = new Server({
    udp: false,
    http: false,
    stats: false,
    ws: { clientTracking: true },
    ...(filter && { filter }),
  });
  // What clients do wrong. Without a listener the process would end.
  server.on('warning', () => {});
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: own } = server.http.address();
  return {
    url: `ws://127.0.0.1:${own}/#tracker`,
    port: own,
    swarmSize: () =>
      Object.values(server.torrents).reduce(
        (sum, { complete, incomplete }) => sum + complete + incomplete,
        0,
      ),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      // At once, as when the process is killed.
      for (const client of server.ws.clients) client.terminate();
      server.http.closeAllConnections();
      await closed;
    },
  };
}
