// A socket.io client of a few lines over a bare TCP socket, so that the load generator costs less than
// the server it loads. Frames are masked with zeros, which is legal and leaves the payload as it is.
import { connect } from 'node:net';

/** A masked text frame. */
export function frame(text) {
  const payload = Buffer.from(text);
  const isLong = payload.length > 125;
  const head = Buffer.alloc(isLong ? 8 : 6);
  head[0] = 0x81;
  head[1] = 0x80 | (isLong ? 126 : payload.length);
  if (isLong) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

/** Connects, opens the namespace, joins a network, and resolves with its id and the peers it was told. */
export function joinNetwork(port, network) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const client = { socket, id: '', peers: [], onSignal: () => {} };
  let pending = Buffer.alloc(0);
  let isUpgraded = false;
  return new Promise((resolve, reject) => {
    const onText = (text) => {
      if (text.startsWith('42')) client.onSignal();
      else if (text === '2') socket.write(frame('3'));
      else if (text.startsWith('0')) socket.write(frame('40'));
      else if (text.startsWith('40')) {
        socket.write(frame(`420${JSON.stringify(['join', { network, kind: 'browser' }])}`));
      } else if (text.startsWith('430')) {
        const [{ ok, code, id, peers }] = JSON.parse(text.slice(3));
        Object.assign(client, { id, peers });
        if (ok === false) reject(new Error(code));
        else resolve(client);
      }
    };
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed by the server')));
    socket.on('data', (chunk) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      if (!isUpgraded) {
        const end = pending.indexOf('\r\n\r\n');
        if (end < 0) return;
        isUpgraded = true;
        pending = pending.subarray(end + 4);
      }
      let at = 0;
      while (pending.length - at >= 2) {
        const short = pending[at + 1];
        if (short === 126 && pending.length - at < 4) break;
        const start = at + (short === 126 ? 4 : 2);
        const length = short === 126 ? pending.readUInt16BE(at + 2) : short;
        if (pending.length - start < length) break;
        // Signals are the bulk of it, and only their number matters.
        if (pending[start] === 0x34 && pending[start + 1] === 0x32) client.onSignal();
        else onText(pending.toString('utf8', start, start + length));
        at = start + length;
      }
      pending = pending.subarray(at);
    });
    socket.write(
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n' +
        'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n' +
        'Origin: http://localhost:8080\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n' +
        'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36\r\n' +
        'Accept-Encoding: gzip, deflate, br\r\nAccept-Language: en-US,en;q=0.9\r\n\r\n',
    );
  });
}
