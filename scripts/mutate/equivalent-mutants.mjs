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
];
