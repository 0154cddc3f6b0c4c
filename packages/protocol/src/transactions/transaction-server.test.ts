import { expect, it } from 'vitest';
import { UPLOAD_BURST_S } from '../limits.js';
import { Outbox } from '../peer/outbox.js';
import { Peer } from '../peer/peer.js';
import { UploadLimit } from '../peer/served.js';
import { TransactionServer } from './transaction-server.js';

const KB = 1000;
const relayId = new Uint8Array(32);

it('serves peers that share an upload in turn, at its rate', () => {
  const outbox = new Outbox();
  const server = new TransactionServer(outbox, () => new Uint8Array(10 * KB));
  const upload = new UploadLimit(10 * KB, 0);
  // What may be sent at once is gone.
  upload.charge(0, 10 * KB * UPLOAD_BURST_S);
  const [a, b] = ['a', 'b'].map((id) => new Peer(id, 4 * 1024 * 1024, undefined, 0, { upload })) as [
    Peer,
    Peer,
  ];
  let requestId = 0;
  // The first is sent at once.
  for (const peer of [a, a, a, b, b])
    server.request(peer, { type: 'getTxs', requestId: ++requestId, relayIds: [relayId] }, 0);
  const order: string[] = [];
  const look = (): void => {
    for (const effect of outbox.take()) if (effect.type === 'send') order.push(effect.peer);
  };
  look();
  for (let now = 0; now < 10_000 && order.length < 5; now = Math.ceil(server.nextWake() ?? 10_000)) {
    const before = order.length;
    server.advance(now);
    look();
    expect(order.length - before).toBeLessThanOrEqual(1);
  }
  expect(order).toEqual(['a', 'a', 'b', 'a', 'b']);
});
