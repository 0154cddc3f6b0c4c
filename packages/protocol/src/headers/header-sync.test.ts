import { expect, it } from 'vitest';
import { resolveNetwork } from '../families/networks.js';
import { Outbox } from '../peer/outbox.js';
import { Peer } from '../peer/peer.js';
import { PeerSet } from '../peer/peer-set.js';
import { SeenFilter } from '../peer/seen-filter.js';
import { HeaderTree } from '../tree/header-tree.js';
import { HeaderSync } from './header-sync.js';
import { HeldHeaders } from './held-headers.js';
import { Verifier } from './verifier.js';

it('asks for nothing that was verified and dropped again: announcing it is no news', () => {
  const tree = new HeaderTree(resolveNetwork('bitcoin-regtest'));
  const outbox = new Outbox();
  const held = new HeldHeaders();
  const dropped = new SeenFilter(4);
  const listener = { inserted: () => {}, equivocated: () => {} };
  const verifier = new Verifier(tree, held, outbox, listener, 1);
  const sync = new HeaderSync(tree, held, dropped, verifier, new PeerSet(), outbox, {
    punish: () => {},
    failed: () => {},
    verified: () => {},
    nextRequestId: () => 1,
  });
  const peer = new Peer('a', 1000, undefined, 0);
  const message = {
    type: 'announce',
    height: 1,
    hash: new Uint8Array(32).fill(1),
    prev: tree.hash(0),
  } as const;
  expect([sync.isKnown(message.hash), sync.announced(peer, message)]).toEqual([false, false]);
  expect(peer.announced).toBeDefined();
  dropped.add(message.hash);
  expect([sync.isKnown(message.hash), sync.announced(peer, message)]).toEqual([true, true]);
  expect(peer.announced).toBeUndefined();
});
