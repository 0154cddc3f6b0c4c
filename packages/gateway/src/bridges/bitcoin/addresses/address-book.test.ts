import { describe, expect, it } from 'vitest';
import { SimRandom } from '../../../../../../tests/sim/sim-random.js';
import {
  BUCKET_PLACES,
  DISCOURAGED_MAX,
  DISCOURAGED_S,
  NEW_BUCKETS_PER_SOURCE,
  TRIED_BUCKETS_PER_GROUP,
} from '../limits.js';
import {
  formatNetAddress,
  type NetAddress,
  netAddress,
  parseNetAddress,
  type SeenAddress,
} from '../net-address.js';
import { AddressBook } from './address-book.js';
import { readAddressFile, type StoredFacts } from './address-file.js';

const now = 1_800_000_000;
const DAY = 86_400;
const secret = Uint8Array.from({ length: 16 }, (_, i) => i * 7);

function at(text: string): NetAddress {
  const address = parseNetAddress(text, 8333);
  if (address === undefined) throw new Error(`no address: ${text}`);
  return address;
}

const seen = (text: string, { time = now, services = 1033n } = {}): SeenAddress => ({
  address: at(text),
  time,
  services,
});

/** Source `i`, each of a group of its own. */
const source = (i: number): NetAddress => at(`5.${i}.0.1`);
/** Address `i` of source `s`: groups by fours. */
const told = (s: number, i: number): string => `${20 + s}.${i >> 2}.${i & 3}.1:8333`;

function bookOf(seed = 1): AddressBook {
  const random = new SimRandom(seed);
  return new AddressBook({ random: () => random.next(), secret });
}

function chosen(book: AddressBook, times: number, wish = {}): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i < times; i++) {
    const address = book.choose({ isTaken: () => false, wallTime: now, ...wish });
    const text = address === undefined ? 'none' : formatNetAddress(address);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}

/** All addresses of a book, with what it knows of them. */
function factsOf(book: AddressBook): Map<string, StoredFacts> {
  const stored = readAddressFile(book.encode());
  if (typeof stored === 'string') throw new Error(stored);
  return new Map(stored.known.map(({ address, facts }) => [formatNetAddress(address), facts]));
}

function noteAttempt(book: AddressBook, text: string, times: number): void {
  for (let i = 0; i < times; i++) {
    book.attempted(at(text), now - 2 * DAY);
    book.failed(at(text));
    // An answer of any other, so that the next failure counts.
    book.tried(at('9.9.9.9'), 1n, now);
  }
}

describe('what is heard', () => {
  it('is chosen', () => {
    const book = bookOf();
    expect(chosen(book, 1)).toEqual(new Map([['none', 1]]));
    book.add([seen('1.2.3.4'), seen('[2a01:4f8::1]:18333')], source(1), now);
    expect(book.size).toEqual({ new: 2, tried: 0 });
    expect(new Set(chosen(book, 100).keys())).toEqual(new Set(['1.2.3.4:8333', '[2a01:4f8::1]:18333']));
  });

  it('is not kept if it cannot be dialed', () => {
    const book = bookOf();
    const tor = netAddress('torv3', new Uint8Array(32), 8333);
    if (tor === undefined) throw new Error('an address of Tor');
    book.add([seen('127.0.0.1'), seen('10.0.0.1'), seen('1.2.3.4:0')], source(1), now);
    book.add([{ address: tor, time: now, services: 1n }], 'seed.example.org', now);
    expect(book.size).toEqual({ new: 0, tried: 0 });
  });

  it('is one address, however often it is heard', () => {
    const book = bookOf();
    for (let i = 0; i < 50; i++) book.add([seen('1.2.3.4')], source(i), now);
    expect(book.size).toEqual({ new: 1, tried: 0 });
  });

  it('counts as seen later once it is heard again, if it is an hour later, or a day of one that was not seen lately', () => {
    const timeAfter = (before: number, heard: number): number | undefined => {
      const book = bookOf();
      book.add([seen('1.2.3.4', { time: before + 7200 })], source(1), now);
      book.add([seen('1.2.3.4', { time: heard + 7200 })], source(2), now);
      return factsOf(book).get('1.2.3.4:8333')?.time;
    };
    const recent = now - 20_000;
    const older = now - 10 * DAY;
    expect(timeAfter(recent, recent + 3600)).toBe(recent);
    expect(timeAfter(recent, recent + 3601)).toBe(recent + 3601);
    expect(timeAfter(older, older + DAY)).toBe(older);
    expect(timeAfter(older, older + DAY + 1)).toBe(older + DAY + 1);
    expect(timeAfter(recent, older)).toBe(recent);
  });

  it('is chosen by what it offers, and by groups that are not taken', () => {
    const book = bookOf();
    book.add([seen('1.2.3.4', { services: 1n }), seen('1.2.9.8', { services: 73n })], source(1), now);
    book.add([seen('1.3.3.4', { services: 9n })], source(2), now);
    expect([...chosen(book, 50, { needs: 64n }).keys()]).toEqual(['1.2.9.8:8333']);
    expect([...chosen(book, 50, { isTaken: (group: string) => group === '1.2' }).keys()]).toEqual([
      '1.3.3.4:8333',
    ]);
    expect([...chosen(book, 5, { isTaken: () => true }).keys()]).toEqual(['none']);
    expect([...chosen(book, 5, { needs: 1024n }).keys()]).toEqual(['none']);
    // Services add up while they are hearsay.
    book.add([seen('1.3.3.4', { services: 64n })], source(3), now);
    expect(new Set(chosen(book, 50, { needs: 64n }).keys())).toEqual(
      new Set(['1.2.9.8:8333', '1.3.3.4:8333']),
    );
  });

  it.each([
    ['30 days ago', now - 30 * DAY + 7200, true],
    ['30 days and a second ago', now - 30 * DAY + 7199, false],
    ['10 minutes ahead, which is a clock', now + 600, true],
    ['further ahead, which is taken for 5 days ago', now + 601, true],
    ['never, which is taken for 5 days ago', 0, true],
  ])('and was seen %s keeps its place: %s %s', (_, time, isKept) => {
    const { book, first, second } = rivals(time);
    expect(new Set(chosen(book, 50).keys())).toEqual(new Set([isKept ? first : second]));
  });

  it('of itself is as old as it says', () => {
    const book = bookOf();
    const old = seen('1.2.3.4', { time: now - 30 * DAY });
    book.add([old], old.address, now);
    // Others would have lost the place: see above.
    expect(place(book, '1.2.3.4:8333', old.address).isKept).toBe(true);
  });
});

/** Two addresses that want the same place, the first of which was seen then. */
function rivals(time: number): { book: AddressBook; first: string; second: string } {
  const first = '1.2.3.4:8333';
  const book = bookOf();
  book.add([seen(first, { time })], source(1), now);
  const { rival } = place(book, first, source(1));
  return { book, first, second: rival };
}

/** Tells of addresses until one wants the only place that is in use; it takes it, or is not kept. */
function place(book: AddressBook, holder: string, from: NetAddress): { rival: string; isKept: boolean } {
  const base = book.encode();
  for (let i = 0; ; i++) {
    const rival = `1.2.${i >> 8}.${i & 255}:8444`;
    const { book: copy } = AddressBook.decode(base, { random: () => 0, secret });
    copy.add([seen(rival)], from, now);
    if (copy.size.new === 2) continue;
    book.add([seen(rival)], from, now);
    return { rival, isKept: factsOf(book).has(holder) };
  }
}

describe('a flood', () => {
  it('of a million addresses from one source leaves those of the others in place', () => {
    const book = bookOf();
    for (let s = 0; s < 12; s++)
      book.add(
        Array.from({ length: 40 }, (_, i) => seen(told(s, i))),
        source(s),
        now,
      );
    const before = factsOf(book);
    expect(before.size).toBeGreaterThan(400);
    const random = new SimRandom(5);
    for (let round = 0; round < 1000; round++) {
      const addresses = Array.from({ length: 1000 }, () => {
        const bytes = Uint8Array.of(100 + random.int(20), random.int(256), random.int(256), random.int(256));
        return { address: { network: 'ipv4', bytes, port: 8333 } as const, time: now, services: 1033n };
      });
      // Many nodes of one network group are one source.
      book.add(addresses, at(`6.6.${round & 255}.1`), now);
    }
    const after = factsOf(book);
    expect([...before.keys()].filter((text) => !after.has(text))).toEqual([]);
    const flood = after.size - before.size;
    expect(flood).toBeLessThanOrEqual(NEW_BUCKETS_PER_SOURCE * BUCKET_PLACES);
    expect(flood).toBeGreaterThan((NEW_BUCKETS_PER_SOURCE - 2) * BUCKET_PLACES);
    // By buckets the flood is a small part, though it has about as many addresses as all others.
    const counts = chosen(book, 2000);
    const floods = [...counts].filter(([text]) => Number(text.split('.')[0]) >= 100);
    expect(floods.reduce((sum, [, count]) => sum + count, 0)).toBeLessThan(2000 * 0.25);
    expect(flood).toBeGreaterThan(before.size * 0.8);
  });

  it('of addresses that answer, in one group, leaves those of other groups in place', () => {
    const book = bookOf();
    book.tried(at('1.2.3.4'), 9n, now);
    for (let i = 0; i < 20_000; i++) book.tried(at(`7.7.${i >> 8}.${i & 255}`), 9n, now);
    expect(book.size.tried).toBeLessThanOrEqual(1 + TRIED_BUCKETS_PER_GROUP * BUCKET_PLACES);
    expect(book.choose({ isTaken: (group) => group !== '1.2', wallTime: now })).toEqual(at('1.2.3.4'));
  });
});

describe('a failure', () => {
  it('makes an address less likely, to 0.66 of what it was', () => {
    const book = bookOf();
    book.add([seen('1.2.3.4')], source(1), now);
    book.add([seen('1.3.3.4')], source(2), now);
    noteAttempt(book, '1.2.3.4', 2);
    const counts = chosen(book, 4000, { isTaken: (group: string) => group === '9.9' });
    const ratio = (counts.get('1.2.3.4:8333') ?? 0) / (counts.get('1.3.3.4:8333') ?? 1);
    // The search begins with the chances as they are, and goes on with larger ones, so it is a little more than 0.66 × 0.66.
    expect(ratio).toBeGreaterThan(0.4);
    expect(ratio).toBeLessThan(0.6);
  });

  it('counts once while nothing succeeds: this side may have no network', () => {
    const book = bookOf();
    book.add([seen('1.2.3.4')], source(1), now);
    for (let times = 0; times < 20; times++) book.failed(at('1.2.3.4'));
    expect(factsOf(book).get('1.2.3.4:8333')).toMatchObject({ failures: 1 });
    noteAttempt(book, '1.2.3.4', 2);
    expect(factsOf(book).get('1.2.3.4:8333')).toMatchObject({ failures: 2, lastTry: now - 2 * DAY });
  });

  it('right before makes it hardly likely', () => {
    const book = bookOf();
    book.add([seen('1.2.3.4')], source(1), now);
    book.add([seen('1.3.3.4')], source(2), now);
    book.attempted(at('1.2.3.4'), now - 599);
    expect(chosen(book, 1000).get('1.2.3.4:8333') ?? 0).toBeLessThan(60);
    book.attempted(at('1.2.3.4'), now - 600);
    expect(chosen(book, 1000).get('1.2.3.4:8333') ?? 0).toBeGreaterThan(400);
  });

  it('of all addresses does not keep one from being chosen', () => {
    const book = bookOf();
    book.add([seen('1.2.3.4')], source(1), now);
    noteAttempt(book, '1.2.3.4', 300);
    book.attempted(at('1.2.3.4'), now);
    expect([...chosen(book, 20, { isTaken: (group: string) => group === '9.9' }).keys()]).toEqual([
      '1.2.3.4:8333',
    ]);
  });

  it('three times, of one that never answered, gives its place away', () => {
    for (const [failures, isKept] of [
      [2, true],
      [3, false],
    ] as const) {
      const book = bookOf();
      book.add([seen('1.2.3.4')], source(1), now);
      noteAttempt(book, '1.2.3.4', failures);
      expect(place(book, '1.2.3.4:8333', source(1)).isKept).toBe(isKept);
    }
  });
});

describe('an answer', () => {
  it('moves an address to the other table, with what it says of itself', () => {
    const book = bookOf();
    book.add([seen('1.2.3.4', { services: 64n })], source(1), now);
    book.tried(at('1.2.3.4'), 9n, now);
    expect(book.size).toEqual({ new: 0, tried: 1 });
    expect([...chosen(book, 5, { needs: 64n }).keys()]).toEqual(['none']);
    expect([...chosen(book, 5, { needs: 9n, wallTime: now + 600 }).keys()]).toEqual(['1.2.3.4:8333']);
    // What others say is not believed any more, and it does not come back among the new ones.
    book.add([seen('1.2.3.4', { services: 64n })], source(2), now);
    expect([...chosen(book, 5, { needs: 64n }).keys()]).toEqual(['none']);
    expect(book.size).toEqual({ new: 0, tried: 1 });
  });

  it('of an address that nobody told of is kept, if it can be dialed', () => {
    const book = bookOf();
    book.tried(at('1.2.3.4'), 9n, now);
    book.tried(at('127.0.0.1'), 9n, now);
    expect(book.size).toEqual({ new: 0, tried: 1 });
  });

  it('ends what failures said', () => {
    const book = bookOf();
    book.add([seen('1.2.3.4')], source(1), now - DAY);
    noteAttempt(book, '1.2.3.4', 5);
    book.tried(at('1.2.3.4'), 9n, now);
    const facts = { failures: 0, time: now, lastTry: now, lastSuccess: now, services: 9, isTried: true };
    expect(factsOf(book).get('1.2.3.4:8333')).toMatchObject(facts);
  });

  const first = '1.2.3.4:8333';

  /** A book whose first address answered then, and another address that wants the same place. */
  function bookWithRival(): { book: AddressBook; rival: string } {
    const book = bookOf();
    book.tried(at(first), 9n, now);
    for (let i = 0; ; i++) {
      const { book: copy } = AddressBook.decode(book.encode(), { random: () => 0, secret });
      const rival = `1.2.${i >> 8}.${i & 255}:8444`;
      copy.tried(at(rival), 9n, now);
      if (factsOf(copy).get(rival)?.isTried === false || !factsOf(copy).has(first)) return { book, rival };
    }
  }

  /** Which of the two is in the table of those that answered. */
  function winner(book: AddressBook, rival: string): string[] {
    const facts = factsOf(book);
    expect([...facts.keys()].sort()).toEqual([first, rival].sort());
    return [first, rival].filter((text) => facts.get(text)?.isTried);
  }

  it('takes no place from one that answered, until that one fails; then they change places', () => {
    const { book, rival } = bookWithRival();
    for (let i = 0; i < 3; i++) book.tried(at(rival), 9n, now + i);
    expect(winner(book, rival)).toEqual([first]);
    book.failed(at(first));
    book.tried(at(rival), 9n, now);
    expect(winner(book, rival)).toEqual([rival]);
    book.tried(at(first), 9n, now);
    expect(winner(book, rival)).toEqual([rival]);
    book.failed(at(rival));
    book.tried(at(first), 9n, now);
    expect(winner(book, rival)).toEqual([first]);
  });

  it('takes the place of one that nobody saw for 30 days', () => {
    const { book, rival } = bookWithRival();
    book.tried(at(rival), 9n, now + 30 * DAY);
    expect(winner(book, rival)).toEqual([first]);
    book.tried(at(rival), 9n, now + 30 * DAY + 1);
    expect(winner(book, rival)).toEqual([rival]);
    // Not so if others saw it meanwhile.
    const other = bookWithRival();
    other.book.add([seen(first, { time: now + 20 * DAY })], source(1), now + 20 * DAY);
    other.book.tried(at(rival), 9n, now + 31 * DAY);
    expect(winner(other.book, rival)).toEqual([first]);
  });
});

describe('a discouraged address', () => {
  it('is not chosen for a day, whatever its port', () => {
    const book = bookOf();
    book.add([seen('1.2.3.4'), seen('1.2.3.4:9999')], source(1), now);
    book.discourage(at('1.2.3.4:1'), now);
    expect([...chosen(book, 20).keys()]).toEqual(['none']);
    expect(book.isDiscouraged(at('1.2.3.4:5'), now + DISCOURAGED_S - 1)).toBe(true);
    expect(book.isDiscouraged(at('1.2.3.4:5'), now + DISCOURAGED_S)).toBe(false);
    expect(book.isDiscouraged(at('1.2.3.5:1'), now)).toBe(false);
    expect(chosen(book, 20, { wallTime: now + DISCOURAGED_S }).get('none')).toBe(undefined);
    // The clock was wrong when it was discouraged.
    expect(book.isDiscouraged(at('1.2.3.4:5'), now - DAY)).toBe(false);
  });

  it('of IPv6 is a /64; one that cannot be dialed from outside is one too', () => {
    const book = bookOf();
    book.discourage(at('[2a01:4f8:1:2::1]:1'), now);
    book.discourage(at('127.0.0.1:18444'), now);
    expect(book.isDiscouraged(at('[2a01:4f8:1:2:ffff::1]:2'), now)).toBe(true);
    expect(book.isDiscouraged(at('[2a01:4f8:1:3::1]:1'), now)).toBe(false);
    expect(book.isDiscouraged(at('127.0.0.1:1'), now)).toBe(true);
  });

  it('is the first to be forgotten when there are too many after it', () => {
    const book = bookOf();
    const address = (i: number): NetAddress => at(`4.4.${i >> 8}.${i & 255}`);
    for (let i = 0; i < DISCOURAGED_MAX; i++) book.discourage(address(i), now);
    // Again, so it is the newest.
    book.discourage(address(0), now);
    book.discourage(address(DISCOURAGED_MAX), now);
    const forgotten = Array.from({ length: DISCOURAGED_MAX + 1 }, (_, i) => i).filter(
      (i) => !book.isDiscouraged(address(i), now),
    );
    expect(forgotten).toEqual([1]);
  });
});

it.each([1, 2, 3])('whatever happens, its tables and its file say the same (seed %i)', (seed) => {
  const random = new SimRandom(seed);
  const book = bookOf(seed);
  // Few enough that they meet again, and enough that places are wanted twice.
  const any = (): NetAddress => at(`${20 + random.int(3)}.${random.int(20)}.${random.int(200)}.1`);
  let time = now;
  for (let round = 0; round < 40; round++) {
    time += random.int(5 * DAY);
    for (let i = 0; i < 250; i++) {
      const address = any();
      const heard = { address, time: time - random.int(40 * DAY), services: BigInt(random.int(65_536)) };
      const actions = [
        () => book.add([heard], any(), time),
        () => book.add([heard], 'seed.example.org', time),
        () => book.attempted(address, time),
        () => book.failed(address),
        () => book.tried(address, 1033n, time),
        () => book.discourage(address, time),
        () => book.setAnchors([address, any(), any()]),
      ];
      (random.pick(actions) ?? (() => {}))();
    }
    const address = book.choose({ isTaken: (group) => group.startsWith('20.'), needs: 8n, wallTime: time });
    const facts = factsOf(book);
    const chosenFacts = address && facts.get(formatNetAddress(address));
    if (address !== undefined) {
      expect((chosenFacts?.services ?? 0) & 8).toBe(8);
      expect(formatNetAddress(address)).not.toMatch(/^20\./);
      expect(book.isDiscouraged(address, time)).toBe(false);
    }
    const tried = [...facts.values()].filter(({ isTried }) => isTried).length;
    expect(book.size).toEqual({ new: facts.size - tried, tried });
  }
  const bytes = book.encode();
  const { book: again, code } = AddressBook.decode(bytes, { random: () => 0, secret });
  expect(code).toBe(undefined);
  expect(again.encode()).toEqual(bytes);
  expect(book.size.new).toBeGreaterThan(100);
  expect(book.size.tried).toBeGreaterThan(100);
});

it('wants a secret of 16 bytes', () => {
  expect(() => new AddressBook({ random: () => 0, secret: new Uint8Array(15) })).toThrow(RangeError);
});

it('puts the same addresses elsewhere under another secret', () => {
  const fill = (with_: Uint8Array): number => {
    const book = new AddressBook({ random: () => 0, secret: with_ });
    book.add(
      Array.from({ length: 1000 }, (_, i) => seen(told(1, i))),
      source(1),
      now,
    );
    return book.size.new;
  };
  expect(fill(secret)).not.toBe(fill(new Uint8Array(16)));
});
