import pino from 'pino';
import { expect, it } from 'vitest';
import { NODES_AWAY_MAX } from '../../../limits.js';
import type { NodeFacts } from '../session/node-facts.js';
import { NodeLog } from './node-log.js';

const INFO = 30;
const WARN = 40;
const facts: NodeFacts = {
  version: 70_016,
  userAgent: '/model/',
  startHeight: 7,
  time: 1,
  services: 9n,
  isArchive: true,
  servesFilters: false,
  relays: true,
};
const at = (host: string) => ({ host, port: 8333 });

/** A log, and its lines of one level and above. */
function start() {
  const lines: { readonly level: number; readonly msg: string; readonly [fact: string]: unknown }[] = [];
  const log = new NodeLog(pino({ level: 'debug' }, { write: (line) => lines.push(JSON.parse(line)) }));
  const said = (level: number) => lines.filter((line) => line.level >= level);
  return { log, said };
}

it('says once that nobody is reached, whatever fails how often, and again after somebody was', () => {
  const { log, said } = start();
  for (let i = 0; i < 5; i++) log.stranded(30_000);
  log.ended(at('a'), 'ENETUNREACH', '', 0);
  expect(said(WARN)).toMatchObject([
    {
      reason: 'no DNS seed answers',
      retryMs: 30_000,
      msg: 'no full node is connected, so nothing newer is heard of; it goes on trying',
    },
  ]);
  log.connected(at('a'), facts, 1);
  log.ended(at('b'), 'closed', '', 1);
  expect(said(WARN).length).toBe(1);
  log.ended(at('a'), 'closed', '', 0);
  log.stranded(30_000);
  expect(said(WARN).map(({ reason }) => reason)).toEqual(['no DNS seed answers', 'closed']);
});

it('has one line for a node that stays away for one reason, and another for each new reason', () => {
  const { log, said } = start();
  const away = (reason: string) => log.ended(at('a'), reason, '', 1);
  for (const reason of ['ECONNREFUSED', 'ECONNREFUSED', 'ETIMEDOUT', 'ETIMEDOUT']) away(reason);
  log.connected(at('a'), facts, 2);
  away('ETIMEDOUT');
  expect(said(INFO).map(({ msg, reason }) => reason ?? msg)).toEqual([
    'ECONNREFUSED',
    'ETIMEDOUT',
    'full node connected',
    'ETIMEDOUT',
  ]);
  expect(said(INFO)[2]).toMatchObject({ node: 'a:8333', userAgent: '/model/', height: 7, fullNodes: 2 });
});

it('counts what nodes did wrong by code, with a sentence for each, and not what the system says', () => {
  const { log, said } = start();
  log.ended(at('a'), 'BITCOIN_BAD_CHECKSUM', 'ping', 1);
  log.ended(at('b'), 'BITCOIN_BAD_CHECKSUM', '', 1);
  log.ended(at('c'), 'PEER_FILTER_FALSE', '', 1);
  for (const reason of ['ECONNREFUSED', 'closed', '']) log.ended(at('d'), reason, '', 1);
  expect([...log.faults]).toEqual([
    ['BITCOIN_BAD_CHECKSUM', 2],
    ['PEER_FILTER_FALSE', 1],
  ]);
  expect(said(INFO)[0]).toMatchObject({
    detail: 'ping',
    msg: 'The checksum of a message is not that of its bytes.',
  });
  expect(said(INFO)[1]).not.toHaveProperty('detail');
  expect(said(INFO)[2]?.msg).toBe('full node away');
});

it('forgets the node that went first, when too many are away', () => {
  const { log, said } = start();
  for (let i = 0; i <= NODES_AWAY_MAX; i++) log.ended(at(`n${i}`), 'closed', '', 1);
  log.ended(at('n1'), 'closed', '', 1);
  expect(said(INFO).length).toBe(NODES_AWAY_MAX + 1);
  log.ended(at('n0'), 'closed', '', 1);
  expect(said(INFO).length).toBe(NODES_AWAY_MAX + 2);
});
