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
