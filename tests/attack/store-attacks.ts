/** What somebody did to the victim's store while the victim was off: what is stored is believed no more than a peer. */
import type { Message } from '@vision-light/protocol';
import { chainLayout } from '../../packages/protocol/src/headers/storage/stored-chain.js';
import {
  changeEntries,
  type Damage,
  flipped,
  flipSegment,
  inflateWork,
  poisonSegment,
} from '../damaged-chain.js';
import { visionSim } from '../sim/vision-chain.js';
import type { Attack, Budget } from './attack.js';
import { ATTACK_MS, type Battlefield, HONEST_HEIGHT, SEGMENT_HEADERS } from './battlefield.js';

const KiB = 1024;
const layout = chainLayout(0, SEGMENT_HEADERS);
/** The segment that is damaged, of the 25 of the honest chain. */
const AT = 12;

/** How often the stranger asks, in ms. */
const ASKS_MS = 4000;

const budget: Budget = {
  // What the stranger is served, who is content with nothing: 2000 headers each time.
  bytesOut: (ATTACK_MS / ASKS_MS) * 128 * KiB,
  // Those that were loaded or fetched, once more.
  headersHashed: HONEST_HEIGHT,
  retainedBytes: 256 * KiB,
  foreignHeaders: 0,
  syncedAfterMs: 60_000,
};

const fromGenesis = (requestId: number): Message => ({
  type: 'getHeaders',
  requestId,
  locator: [visionSim.genesis.hash],
  stop: undefined,
  skip: 0,
  max: 2000,
});

/** Asks for everything as soon as the victim is there, and again and again: it must get nothing that is not verified yet. */
function askForEverything(field: Battlefield): void {
  const peer = field.attacker({
    answer(message, self) {
      if (message.type === 'ping') self.say({ type: 'pong', requestId: message.requestId });
      // All of it is from genesis on.
      const { verifiedFrom } = field.victim.core.status;
      if (message.type === 'headers' && message.count > 0 && verifiedFrom > 1)
        throw new Error(`served from genesis on, and verified from ${verifiedFrom} on`);
    },
  });
  field.repeat(ASKS_MS, (round) => peer.say(fromGenesis(round + 1)));
}

const cases: readonly [name: string, damage: Damage][] = [
  ['true bytes, a record of another hash', changeEntry(({ lastHash }) => ({ lastHash: flipped(lastHash) }))],
  ['true bytes, a record of more work', changeEntry(({ chainwork }) => ({ chainwork: chainwork + 1n }))],
  ['true bytes, a record of another digest', changeEntry(({ digest }) => ({ digest: digest ^ 1 }))],
  ['true bytes, all records of more work', inflateWork(layout)],
  ['true record, poisoned bytes', flipSegment(AT)],
  ['poisoned bytes, a record made for them', poisonSegment(layout, AT)],
];

/** Has the table say something else of the segment. */
function changeEntry(change: Parameters<typeof changeEntries>[1]): Damage {
  return changeEntries(layout, (entry, index) => (index === AT ? change(entry, index) : {}));
}

export const storeAttacks: readonly Attack[] = cases.map(([name, damage]) => ({
  name: `store: ${name}`,
  damage,
  budget,
  codes: [],
  begin: askForEverything,
}));
