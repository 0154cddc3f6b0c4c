// A server in a process of its own: ours, or the plainest relay that socket.io can be, by argv. Ours takes the address of
// a Redis and a port as well.
import { Server } from 'socket.io';
import { createSignalServer } from '../dist/index.js';

const PLENTY = 2 ** 31 - 1;

const [kind, redisUrl, wantedPort = '0'] = process.argv.slice(2);

async function startOurs() {
  const { port } = await createSignalServer({
    port: Number(wantedPort),
    host: '127.0.0.1',
    redisUrl: redisUrl || undefined,
    limits: {
      maxMessagesPerSecond: PLENTY,
      maxMessageBurst: PLENTY,
      maxConnectionsPerAddress: PLENTY,
      maxConnectionsPerGroup: PLENTY,
      maxConnectsPerSecondPerAddress: PLENTY,
      maxConnectBurstPerAddress: PLENTY,
    },
  });
  return port;
}

async function startBare() {
  const { createServer } = await import('node:http');
  const http = createServer();
  const io = new Server(http);
  io.on('connection', (socket) => {
    socket.on('join', ({ network }, acknowledge) => {
      const peers = [...(io.sockets.adapter.rooms.get(network) ?? [])].map((id) => ({ id }));
      socket.join(network);
      acknowledge({ ok: true, id: socket.id, peers });
    });
    socket.on('signal', ({ to, data }) => io.to(to).emit('signal', { from: socket.id, data }));
  });
  await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
  return http.address().port;
}

process.on('message', (question) => {
  if (question === 'cpu') {
    const { user, system } = process.cpuUsage();
    process.send(user + system);
    return;
  }
  for (let i = 0; i < 5; i++) globalThis.gc();
  process.send(process.memoryUsage.rss());
});
process.send(kind === 'bare' ? await startBare() : await startOurs());
