import { expect, it } from 'vitest';
import { resolveNetwork } from '../families/networks.js';
import { Peer } from '../peer/peer.js';
import { SeenFilter } from '../peer/seen-filter.js';
import { HeaderTree } from '../tree/header-tree.js';
import { PROTOCOL_VERSION } from '../wire/messages/hello.js';
import { HeldHeaders } from './held-headers.js';
import { TipClaims } from './tip-claims.js';

it('asks for nothing that was verified and dropped again: announcing it is no news', () => {
  const tree = new HeaderTree(resolveNetwork('bitcoin-regtest'));
  const dropped = new SeenFilter(4);
  const claims = new TipClaims(tree, new HeldHeaders(), dropped);
  const peer = new Peer('a', 1000, undefined, 0);
  const message = {
    type: 'announce',
    height: 1,
    hash: new Uint8Array(32).fill(1),
    prev: tree.hash(0),
  } as const;
  expect([claims.isKnown(message.hash), claims.announced(peer, message)]).toEqual([false, false]);
  expect(peer.announced).toBeDefined();
  dropped.add(message.hash);
  expect([claims.isKnown(message.hash), claims.announced(peer, message)]).toEqual([true, true]);
  expect(peer.announced).toBeUndefined();
});

it('lowers a claim to what was shown, and says whether it was more than is verified', () => {
  const tree = new HeaderTree(resolveNetwork('bitcoin-regtest'));
  const claims = new TipClaims(tree, new HeldHeaders(), new SeenFilter(4));
  const peer = new Peer('a', 1000, undefined, 0);
  peer.hello = {
    type: 'hello',
    version: PROTOCOL_VERSION,
    networkId: tree.family.networkId,
    height: 0,
    chainwork: 0n,
    services: 0,
    userAgent: '',
    requires: 0,
    minVersion: 3,
    time: 0,
    identity: undefined,
  };
  peer.claimedChainwork = tree.chainwork(0);
  expect([claims.isUnproven(peer, undefined), peer.claimedChainwork]).toEqual([false, 0n]);
  peer.claimedChainwork = tree.chainwork(0) + 2n;
  expect([claims.lower(peer, tree.chainwork(0) + 1n), peer.claimedChainwork]).toEqual([
    true,
    tree.chainwork(0) + 1n,
  ]);
  peer.bestKnown = tree.hash(0).slice();
  expect([claims.isUnproven(peer, undefined), peer.claimedChainwork]).toEqual([true, tree.chainwork(0)]);
  expect(claims.provenHeight(peer)).toBe(0);
});
