/**
 * Changes that no test can notice, since the changed code does what the code did: `npm run mutate` does not count
 * them. An entry that is no longer true fails it.
 *
 * Each change is a line and what Stryker makes of it, as `npm run mutate -- --only ROOM` prints them.
 *
 * @type {readonly { file: string, why: string, changes: readonly (readonly [string, string])[] }[]}
 */
export const equivalentMutants = [
  {
    file: 'families/bitcoin/header/compact-target.ts',
    why: 'at three bytes there is nothing to shift',
    changes: [
      [
        'const mantissa = size <= 3 ? digits >>> (8 * (3 - size)) : digits;',
        'const mantissa = size < 3 ? digits >>> (8 * (3 - size)) : digits;',
      ],
      [
        'return size <= 3 ? BigInt(mantissa) : BigInt(mantissa) << BigInt(8 * (size - 3));',
        'return size < 3 ? BigInt(mantissa) : BigInt(mantissa) << BigInt(8 * (size - 3));',
      ],
    ],
  },
  {
    file: 'families/bitcoin/header/compact-target.ts',
    why: 'what is remembered of targets is computed anew to the same, and how many are kept is not seen from outside',
    changes: [
      ['if (bits === this.#lastBits) return this.#last;', 'if (false) return this.#last;'],
      ['#lastBits = -1;', '#lastBits = +1;'],
      ['if (facts !== undefined) {', 'if (true) {'],
      ['if (facts !== undefined) {', 'if (false) {'],
      ['if (facts !== undefined) {', 'if (facts === undefined) {'],
      ['if (facts !== undefined) { … }', 'if (facts !== undefined) {}'],
      ['if (this.#facts.size >= cachedTargetsMax) this.#facts.clear();', 'if (true) this.#facts.clear();'],
      ['if (this.#facts.size >= cachedTargetsMax) this.#facts.clear();', 'if (false) this.#facts.clear();'],
      [
        'if (this.#facts.size >= cachedTargetsMax) this.#facts.clear();',
        'if (this.#facts.size > cachedTargetsMax) this.#facts.clear();',
      ],
      [
        'if (this.#facts.size >= cachedTargetsMax) this.#facts.clear();',
        'if (this.#facts.size < cachedTargetsMax) this.#facts.clear();',
      ],
    ],
  },
  {
    file: 'families/bitcoin/header/compact-target.ts',
    why: 'the two differ here',
    changes: [['if (word !== limit) return word < limit;', 'if (word !== limit) return word <= limit;']],
  },
  {
    file: 'families/bitcoin/header/difficulty.ts',
    why: 'of two that are equal either may be taken',
    changes: [
      [
        'return encodeBits(target > limit ? limit : target);',
        'return encodeBits(target >= limit ? limit : target);',
      ],
    ],
  },
  {
    file: 'families/bitcoin/header/batch-codec.ts',
    why: 'the offset of the version is 0',
    changes: [
      [
        'writeU32(records, at + offsets.version, version);',
        'writeU32(records, at - offsets.version, version);',
      ],
      [
        'const version = from.getUint32(at + offsets.version, true);',
        'const version = from.getUint32(at - offsets.version, true);',
      ],
    ],
  },
  {
    file: 'families/bitcoin/filter/golomb-rice.ts',
    why: 'bit by bit the same is read, only more slowly',
    changes: [
      [
        'const ahead = byte <= lastOfFour ? view.getUint32(byte) << (at & 7) : -1;',
        'const ahead = byte < lastOfFour ? view.getUint32(byte) << (at & 7) : -1;',
      ],
      [
        'const ahead = byte <= lastOfFour ? view.getUint32(byte) << (at & 7) : -1;',
        'const ahead = false ? view.getUint32(byte) << (at & 7) : -1;',
      ],
      ['if (ones <= onesMaxAtOnce) {', 'if (ones < onesMaxAtOnce) {'],
      ['if (ones <= onesMaxAtOnce) {', 'if (false) {'],
    ],
  },
  {
    file: 'families/bitcoin/header/record.ts',
    why: 'the same',
    changes: [
      [
        'return readU32(records, at + offsets.version) | 0;',
        'return readU32(records, at - offsets.version) | 0;',
      ],
    ],
  },
  {
    file: 'families/bitcoin/header/batch-codec.ts',
    why: 'more memory is reserved than is written to',
    changes: [
      [
        'const to = writer.reserve(count * encodedHeaderBytesMax + Math.ceil(count / parentInterval) * 32);',
        'const to = writer.reserve(count * encodedHeaderBytesMax + Math.ceil(count * parentInterval) * 32);',
      ],
    ],
  },
  {
    file: 'families/bitcoin/header/batch-codec.ts',
    why: 'what is copied behind a hash is written over by the field that follows',
    changes: [
      [
        'for (let i = 0; i < 32; i += 4) to.setUint32(at + i, from.getUint32(start + i));',
        'for (let i = 0; i <= 32; i += 4) to.setUint32(at + i, from.getUint32(start + i));',
      ],
    ],
  },
  {
    file: 'families/bitcoin/header/proof-of-work.ts',
    why: 'behind the last record there is no memory, and what is written there is lost',
    changes: [
      [
        'const hasNext = index + 1 < count && !isParentGiven(index + 1);',
        'const hasNext = true && !isParentGiven(index + 1);',
      ],
      [
        'const hasNext = index + 1 < count && !isParentGiven(index + 1);',
        'const hasNext = index + 1 <= count && !isParentGiven(index + 1);',
      ],
      [
        'const hasNext = index + 1 < count && !isParentGiven(index + 1);',
        'const hasNext = index - 1 < count && !isParentGiven(index + 1);',
      ],
    ],
  },
  {
    file: 'families/bitcoin/transaction/transaction.ts',
    why: 'a loop over transactions that are not there ends where the bytes end',
    changes: [
      [
        'if (count * transactionBytesMin > reader.remaining) return undefined;',
        'if (false) return undefined;',
      ],
    ],
  },
  {
    file: 'families/bitcoin/transaction/transaction.ts',
    why: 'without a witness the parts are the whole',
    changes: [
      [
        'if (!tx.hasWitness) return witnessId(body, tx, hasher);',
        'if (false) return witnessId(body, tx, hasher);',
      ],
    ],
  },
  {
    file: 'families/bitcoin/block/check-body.ts',
    why: 'behind the last output nothing can be read, and what is empty is no commitment',
    changes: [
      [
        'for (let rest = readCompactSize(reader); rest > 0; rest--) {',
        'for (let rest = readCompactSize(reader); rest >= 0; rest--) {',
      ],
    ],
  },
  {
    file: 'families/bitcoin/block/merkle.ts',
    why: 'a node is made behind the last of a level, and never read',
    changes: [['for (let i = 0; i < count; i += 2) {', 'for (let i = 0; i <= count; i += 2) {']],
  },
  {
    file: 'wire/codec.ts',
    why: 'with how much memory a writer begins; it grows as it is written to',
    changes: [
      [
        'const writer = new ByteWriter(LENGTH_BYTES + (row.sizeHint?.(message) ?? SIZE_HINT_BYTES));',
        'const writer = new ByteWriter(LENGTH_BYTES + (row.sizeHint?.(message) && SIZE_HINT_BYTES));',
      ],
    ],
  },
  {
    file: 'wire/messages/blocks.ts',
    why: 'the same',
    changes: [['sizeHint: ({ body }) => body.length + BODY_ENVELOPE_BYTES,', 'sizeHint: () => undefined,']],
  },
  {
    file: 'wire/messages/headers.ts',
    why: 'the same',
    changes: [
      ['sizeHint: ({ locator }) => 32 * locator.length + 64,', 'sizeHint: () => undefined,'],
      ['sizeHint: ({ payload }) => payload.length + HEADERS_ENVELOPE_BYTES,', 'sizeHint: () => undefined,'],
    ],
  },
  {
    file: 'wire/framing.ts',
    why: 'what is kept already is copied to another place once more',
    changes: [
      ['const isConsumed = at > 0 || this.#length === 0;', 'const isConsumed = true;'],
      [
        'const isConsumed = at > 0 || this.#length === 0;',
        'const isConsumed = at >= 0 || this.#length === 0;',
      ],
      ['if (isConsumed) this.#keep(stream.subarray(at));', 'if (true) this.#keep(stream.subarray(at));'],
      ['if (length > this.#partial.length) {', 'if (true) {'],
    ],
  },
  {
    file: 'wire/framing.ts',
    why: 'of a message whose length has just come the memory grows by what came, and doubles from the next frame on',
    changes: [
      [
        'const end = this.#length < LENGTH_BYTES ? 0 : LENGTH_BYTES + readU32(this.#partial, 0);',
        'const end = false ? 0 : LENGTH_BYTES + readU32(this.#partial, 0);',
      ],
      [
        'const end = this.#length < LENGTH_BYTES ? 0 : LENGTH_BYTES + readU32(this.#partial, 0);',
        'const end = this.#length <= LENGTH_BYTES ? 0 : LENGTH_BYTES + readU32(this.#partial, 0);',
      ],
    ],
  },
  {
    file: 'blocks/block-retries.ts',
    why: 'what is deleted where nothing is missing was not there',
    changes: [
      [
        'if (this.#missing.size > 0) this.#missing.delete(bytesToHex(hash));',
        'if (true) this.#missing.delete(bytesToHex(hash));',
      ],
      [
        'if (this.#missing.size > 0) this.#missing.delete(bytesToHex(hash));',
        'if (this.#missing.size >= 0) this.#missing.delete(bytesToHex(hash));',
      ],
    ],
  },
  {
    file: 'blocks/block-server.ts',
    why: 'before it is set no request of the queue has a time until which it waits',
    changes: [
      [
        'const queue = this.#queues.get(peer) ?? { peer, requests: [], isReading: false, isWaiting: false };',
        'const queue = this.#queues.get(peer) ?? { peer, requests: [], isReading: false, isWaiting: true };',
      ],
    ],
  },
  {
    file: 'blocks/block-server.ts',
    why: 'where a queue waits for a body there is the request that waits',
    changes: [
      [
        'const at = Math.max(peer.served.freeAt, isWaiting ? (requests[0]?.waitsUntil ?? 0) : 0);',
        'const at = Math.max(peer.served.freeAt, isWaiting ? (requests[0].waitsUntil ?? 0) : 0);',
      ],
    ],
  },
  {
    file: 'blocks/block-server.ts',
    why: 'of two that are equal either may be taken',
    changes: [
      ['if (next === undefined || at < next) next = at;', 'if (next === undefined || at <= next) next = at;'],
    ],
  },
  {
    file: 'blocks/download-window.ts',
    why: 'at its target the window stays there either way',
    changes: [
      [
        'this.size = this.size < target ? Math.min(target, this.size + 2) : Math.max(target, this.size - 1);',
        'this.size = this.size <= target ? Math.min(target, this.size + 2) : Math.max(target, this.size - 1);',
      ],
    ],
  },
  {
    file: 'blocks/orphan-pool.ts',
    why: 'from an empty pool nothing can be taken',
    changes: [
      [
        'if (this.#blocks.size === 0 || !isVerified(hash)) return [];',
        'if (false || !isVerified(hash)) return [];',
      ],
    ],
  },
  {
    file: 'blocks/orphan-pool.ts',
    why: 'a block that waits for a parent is in the pool, under that parent, until it is removed',
    changes: [
      [
        'for (const key of [...(this.#byParent.get(parent) ?? [])]) {',
        'for (const key of [...(this.#byParent.get(parent) ?? ["Stryker was here"])]) {',
      ],
      [
        'if (block === undefined || !isVerified(block.hash)) continue;',
        'if (false || !isVerified(block.hash)) continue;',
      ],
      ['siblings?.delete(key);', 'siblings.delete(key);'],
      [
        'if (siblings?.size === 0) this.#byParent.delete(parentKey);',
        'if (siblings.size === 0) this.#byParent.delete(parentKey);',
      ],
    ],
  },
  {
    file: 'blocks/orphan-pool.ts',
    why: 'of a peer that has no block here there is none to drop',
    changes: [['if (this.countOf(peerId) === 0) return 0;', 'if (false) return 0;']],
  },
  {
    file: 'blocks/orphan-pool.ts',
    why: 'a body that is larger than the pool does not fit even if all else goes, so nothing goes and it is refused',
    changes: [['if (body.length > this.#bytesMax) return undefined;', 'if (false) return undefined;']],
  },
  {
    file: 'blocks/orphan-pool.ts',
    why: 'a peer has a share just as long as it has a block here',
    changes: [
      [
        'if (victim === undefined || share === undefined) return false;',
        'if (victim === undefined && share === undefined) return false;',
      ],
      [
        'if (victim === undefined || share === undefined) return false;',
        'if (false || share === undefined) return false;',
      ],
      [
        'if (victim === undefined || share === undefined) return false;',
        'if (victim === undefined || false) return false;',
      ],
    ],
  },
  {
    file: 'blocks/orphan-pool.ts',
    why: 'no block has such a hash',
    changes: [['const passed: string[] = [];', 'const passed: string[] = ["Stryker was here"];']],
  },
  {
    file: 'blocks/orphan-pool.ts',
    why: 'the first header that is looked at sets it',
    changes: [['let isRooted = false;', 'let isRooted = true;']],
  },
  {
    file: 'blocks/stored-blocks.ts',
    why: 'it is set before it is read first',
    changes: [['#mustList = false;', '#mustList = true;']],
  },
  {
    file: 'node/greeting/greetings.ts',
    why: 'a node that verifies has a key of its own, and so has each peer that is ready; the two keys differ here',
    changes: [
      [
        "if (own === undefined || areEqual(key, own)) return 'PEER_DUPLICATE';",
        "if (false || areEqual(key, own)) return 'PEER_DUPLICATE';",
      ],
      [
        'const others = this.peers.ready.filter(({ hello }) => areEqual(hello?.identity?.key ?? own, key));',
        'const others = this.peers.ready.filter(({ hello }) => areEqual(hello?.identity.key ?? own, key));',
      ],
      [
        'const others = this.peers.ready.filter(({ hello }) => areEqual(hello?.identity?.key ?? own, key));',
        'const others = this.peers.ready.filter(({ hello }) => areEqual(hello.identity?.key ?? own, key));',
      ],
      ['if (bytesToHex(own) < bytesToHex(key)) {', 'if (bytesToHex(own) <= bytesToHex(key)) {'],
    ],
  },
  {
    file: 'node/greeting/discouraged.ts',
    why: 'of no keys nothing is read',
    changes: [['if (keys.length === 0) return done();', 'if (false) return done();']],
  },
];
