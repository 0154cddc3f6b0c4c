/** Trackers for tests, beside the fake signaling servers: a real one, and some that do what none should. */
import Server from 'bittorrent-tracker/server';
import { WebSocketServer } from 'ws';
import { trackerGarbage, trackerNonsense } from './tracker-garbage.mjs';

/** What meets each connection, by the path under which a tracker is mounted. `first`: no other has come there before. */
const behaviours = {
  /** bittorrent-tracker, as public trackers run it. */
  honest(socket, { real }) {
    real.onWebSocketConnection(socket);
  },
  /** Refuses the first who announces itself in a swarm, and takes everyone after it. */
  moody(socket, { real, swarms }) {
    socket.once('message', (data) => {
      const { info_hash } = JSON.parse(data);
      if (swarms.has(info_hash)) {
        real.onWebSocketConnection(socket);
        socket.emit('message', data);
      } else {
        swarms.add(info_hash);
        socket.send(JSON.stringify({ 'failure reason': 'no <place>\n left' }));
      }
    });
  },
  malformed(socket) {
    socket.once('message', () => socket.send('cats'));
  },
  /** Takes everyone, and sends what no tracker should, among it what some peer might. */
  hostile(socket) {
    socket.once('message', (data) => {
      const { info_hash, peer_id } = JSON.parse(data);
      const counts = JSON.stringify({ action: 'announce', info_hash, incomplete: -3, complete: 1 });
      // The interval is infinite.
      socket.send(counts.replace('{', '{"interval":1e999,'));
      for (const message of trackerNonsense(info_hash, peer_id)) socket.send(JSON.stringify(message));
    });
  },
  /** Takes everyone, and then sends the frame of {@link trackerGarbage} whose place the path names. */
  garbled(socket, { real, swarms, place }) {
    real.onWebSocketConnection(socket);
    socket.once('message', (data) => {
      const { info_hash } = JSON.parse(data);
      if (swarms.has(info_hash)) return;
      swarms.add(info_hash);
      // After the tracker's own answer.
      setImmediate(() => socket.send(trackerGarbage[place]));
    });
  },
  /** Takes everyone, and hands out many more offers than there are peers. */
  flooding(socket) {
    socket.once('message', (data) => {
      const { info_hash } = JSON.parse(data);
      const named = { action: 'announce', info_hash };
      socket.send(JSON.stringify({ ...named, interval: 120 }));
      const offer = { type: 'offer', sdp: 'v=0\r\nm=application 9 x\r\n' };
      for (let i = 0; i < 1000; i++) {
        const id = String(i).padStart(20, '0');
        socket.send(JSON.stringify({ ...named, offer, offer_id: id, peer_id: id }));
      }
      socket.send(JSON.stringify({ ...named, 'failure reason': 'enough' }));
      socket.close();
    });
  },
};

/** Mounts the trackers in a server, at `/tracker/BEHAVIOUR` and `/tracker/BEHAVIOUR/PLACE`. */
export function mountFakeTrackers(http) {
  const real = new Server({ udp: false, http: false, stats: false, ws: { noServer: true } });
  real.on('warning', () => {});
  const sockets = new WebSocketServer({ noServer: true });
  const swarmsOf = Object.fromEntries(Object.keys(behaviours).map((name) => [name, new Set()]));
  http.on('upgrade', (request, stream, head) => {
    const [, behaviour, place] = /^\/tracker\/(\w+)(?:\/(\d+))?$/.exec(request.url) ?? [];
    if (behaviour === undefined) return;
    sockets.handleUpgrade(request, stream, head, (socket) => {
      socket.upgradeReq = request;
      behaviours[behaviour](socket, { real, swarms: swarmsOf[behaviour], place });
    });
  });
}
