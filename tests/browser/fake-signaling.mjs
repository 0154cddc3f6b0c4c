/** Signaling servers for the browser tests: one that introduces peers, and some that do what none should. */
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { mountFakeTrackers } from './fake-tracker.mjs';
import { serverGarbage } from './server-garbage.mjs';

/** What answers each request, by the path under which a server is mounted. */
const behaviours = {
  /** Introduces everyone to everyone, as the real one does. */
  honest(socket, io) {
    const others = () => [...io.sockets.sockets.keys()].filter((id) => id !== socket.id && io.joined.has(id));
    const sample = () => others().map((id) => ({ id, kind: 'browser' }));
    socket.on('join', (_request, acknowledge) => {
      io.joined.add(socket.id);
      acknowledge({ ok: true, id: socket.id, peers: sample(), iceServers: [] });
    });
    socket.on('peers', (_request, acknowledge) => acknowledge({ ok: true, peers: sample() }));
    socket.on('signal', ({ to, data }, acknowledge) => {
      const isThere = io.joined.has(to);
      if (isThere) io.to(to).emit('signal', { from: socket.id, data });
      acknowledge?.(isThere ? { ok: true } : { ok: false, code: 'SIGNAL_NO_SUCH_PEER' });
    });
    socket.on('disconnect', () => io.joined.delete(socket.id));
  },
  /** Nobody sees the others on joining, and all do when they ask; offers wait for one another. So both sides offer. */
  glare(socket, io) {
    behaviours.honest(socket, io);
    socket.removeAllListeners('join');
    socket.on('join', (_request, acknowledge) => {
      io.joined.add(socket.id);
      acknowledge({ ok: true, id: socket.id, peers: [], iceServers: [] });
    });
    socket.removeAllListeners('signal');
    socket.on('signal', ({ to, data }) => {
      const pass = () => io.to(to).emit('signal', { from: socket.id, data });
      if (data.type === 'offer') io.offering.add(socket.id);
      if (io.offering.size < 2) io.held.push(pass);
      else for (const passHeld of [...io.held.splice(0), pass]) passHeld();
    });
  },
  /** Names a peer that is gone. */
  haunted(socket, io) {
    behaviours.honest(socket, io);
    socket.removeAllListeners('join');
    socket.on('join', (_request, acknowledge) => {
      acknowledge({ ok: true, id: socket.id, peers: [{ id: 'ghost', kind: 'browser' }], iceServers: [] });
    });
  },
  /** Goes as soon as someone has joined. */
  leaving(socket, io) {
    behaviours.honest(socket, io);
    socket.onAny(() => {
      socket.emit('refused', { code: 'SIGNAL_SHUTTING_DOWN' });
      socket.conn.close();
    });
  },
  /** As the honest one; what nodes report here can be asked for at `/reports`. */
  counting(socket, io) {
    behaviours.honest(socket, io);
    // Who reports is told by the order of coming.
    const order = io.clients++;
    socket.on('metrics', (report) => io.reports.push([order, report]));
  },
  refusing(socket) {
    socket.on('join', (_request, acknowledge) => acknowledge({ ok: false, code: 'SIGNAL_ROOM_FULL' }));
  },
  /** Refuses the first who joins a network, and takes everyone after it. */
  moody(socket, io) {
    behaviours.honest(socket, io);
    const [welcome] = socket.listeners('join');
    socket.removeAllListeners('join');
    socket.on('join', (request, acknowledge) => {
      if (io.joined.has(request.network)) welcome(request, acknowledge);
      else acknowledge({ ok: false, code: 'SIGNAL_ROOM_FULL' });
      io.joined.add(request.network);
    });
  },
  /** Refuses everyone once they have joined, and closes the connection. */
  strict(socket, io) {
    behaviours.honest(socket, io);
    const [welcome] = socket.listeners('join');
    socket.removeAllListeners('join');
    socket.on('join', (request, acknowledge) => {
      welcome(request, acknowledge);
      socket.emit('refused', { code: 'SIGNAL_RATE_EXCEEDED' });
      // After what was sent.
      socket.conn.once('drain', () => socket.conn.close());
    });
  },
  /** Loses the first connection, and answers its request over the second one before it answers that one's own. */
  late(socket, io) {
    const isFirst = io.clients++ === 0;
    socket.on('join', (_request, acknowledge) => {
      if (isFirst) {
        socket.conn.close();
        return;
      }
      const stale = { ok: true, id: 'first', peers: [], iceServers: [] };
      // As socket.io writes an acknowledgement: the request of the first connection had the number 0.
      socket.conn.write(`30[${JSON.stringify(stale)}]`);
      acknowledge({ ...stale, id: 'second' });
    });
  },
  malformed(socket) {
    socket.on('join', (_request, acknowledge) => acknowledge({ ok: true, id: 7, peers: 'cats' }));
  },
  /** Sends {@link serverGarbage} before its first answer to `peers`, and is honest on all later connections of the network. */
  garbled(socket, io) {
    let isFirst = false;
    socket.on('join', ({ network }, acknowledge) => {
      isFirst = !io.joined.has(network);
      io.joined.add(network);
      acknowledge({ ok: true, id: socket.id, peers: [], iceServers: [] });
    });
    socket.on('peers', ({ count }, acknowledge) => {
      const webSocket = socket.conn.transport.socket;
      for (const packet of isFirst ? serverGarbage[count] : []) webSocket.send(packet);
      acknowledge({ ok: true, peers: [{ id: 'someone', kind: 'browser' }] });
    });
  },
  /** Joins, and then sends what no peer would. */
  hostile(socket) {
    socket.on('join', (_request, acknowledge) => {
      acknowledge({ ok: true, id: 'me', peers: [], iceServers: [{ urls: 'cat:meow' }] });
      const media = 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n';
      for (const message of [
        null,
        7,
        'text',
        [],
        {},
        { from: 5, data: {} },
        { from: 'x'.repeat(65), data: { type: 'offer', sdp: 'v=0' } },
        { from: 'a', data: { type: 'offer', sdp: media } },
        { from: 'b', data: { type: 'offer', sdp: 'v=0\r\nm=application 9 x\r\n' } },
        { from: 'c', data: { type: 'answer', sdp: 'v=0\r\nm=application 9 x\r\n' } },
        { from: 'd', data: { type: 'candidate', candidate: { candidate: 'junk', sdpMid: '0' } } },
        {
          from: 'x',
          data: { type: 'candidate', candidate: { candidate: 'junk', sdpMid: 7, sdpMLineIndex: 0 } },
        },
        { from: 'e', data: { type: 'transceiverRequest', transceiverRequest: { kind: 'audio' } } },
        { from: 'f', data: { renegotiate: true } },
      ]) {
        socket.emit('signal', message);
      }
      socket.emit('refused', null);
      socket.emit('refused', { code: '<b>' });
    });
    socket.on('peers', (_request, acknowledge) => acknowledge({ ok: true, peers: [null, 3, { id: {} }] }));
  },
};

/** @returns {Promise<{ origin: string, close: () => void }>} */
export async function startFakeSignaling() {
  const ios = [];
  // How many clients are connected in all.
  const http = createServer((request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    if (request.url === '/reports') response.end(JSON.stringify(ios.flatMap((io) => io.reports.splice(0))));
    else response.end(String(ios.reduce((sum, io) => sum + io.engine.clientsCount, 0)));
  });
  // One for each behaviour.
  http.setMaxListeners(0);
  for (const [name, behave] of Object.entries(behaviours)) {
    const io = new Server(http, { path: `/${name}/socket.io`, cors: { origin: '*' }, destroyUpgrade: false });
    io.joined = new Set();
    io.offering = new Set();
    io.held = [];
    io.reports = [];
    io.clients = 0;
    ios.push(io);
    io.on('connection', (socket) => behave(socket, io));
  }
  mountFakeTrackers(http);
  await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${http.address().port}`,
    close: () => {
      http.closeAllConnections();
      http.close();
    },
  };
}
