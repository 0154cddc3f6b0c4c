import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FRAME_BYTES_MAX } from '../limits.js';
import { cutStream, frameMessage, MessageAssembler } from './framing.js';
import { SpareBuffers } from './spare-buffers.js';

const messages = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { minLength: 1, maxLength: 8 });

function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) {
    joined.set(part, end);
    end += part.length;
  }
  return joined;
}

/** A stream of all messages. */
const streamOf = (all: readonly Uint8Array[]): Uint8Array =>
  join(all.flatMap((message) => frameMessage(message, FRAME_BYTES_MAX)));

/** Pushes copies, which are overwritten afterwards as a platform might reuse its buffer. */
function pushAll(assembler: MessageAssembler, frames: readonly Uint8Array[]): Uint8Array[] {
  return frames.flatMap((frame) => {
    const copy = frame.slice();
    const messages = assembler.push(copy).map((message) => message.slice());
    copy.fill(0xee);
    return messages;
  });
}

describe('framing', () => {
  it('gives the same messages however the stream is cut', () => {
    fc.assert(
      fc.property(messages, fc.array(fc.nat(), { maxLength: 30 }), (all, cuts) => {
        const stream = streamOf(all);
        const places = [
          0,
          ...cuts.map((cut) => cut % (stream.length + 1)).sort((a, b) => a - b),
          stream.length,
        ];
        const frames = places.slice(1).map((end, i) => stream.slice(places[i], end));
        const assembler = new MessageAssembler(300);
        expect(pushAll(assembler, frames)).toEqual(all);
        expect(assembler.fault).toBeUndefined();
        expect(assembler.isPartial).toBe(false);
      }),
    );
  });

  it('gives the same messages byte by byte', () => {
    const all = [new Uint8Array([1]), new Uint8Array(299).fill(2), new Uint8Array([3, 4])];
    const assembler = new MessageAssembler(300);
    const frames = [...streamOf(all)].map((byte) => new Uint8Array([byte]));
    expect(pushAll(assembler, frames)).toEqual(all);
  });

  it('cuts a message into frames no larger than asked, which together are the message', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 500 }),
        fc.integer({ min: 1, max: 600 }),
        (message, frameBytesMax) => {
          const frames = frameMessage(message, frameBytesMax);
          for (const frame of frames) expect(frame.length).toBeLessThanOrEqual(frameBytesMax);
          expect(pushAll(new MessageAssembler(500), frames)).toEqual([message]);
        },
      ),
    );
  });

  it('sends a stream as it is if a frame holds it, and never an empty frame', () => {
    const stream = new Uint8Array(12).fill(1);
    expect(cutStream(stream, 12)[0]).toBe(stream);
    expect(cutStream(stream, 6).map(({ length }) => length)).toEqual([6, 6]);
    expect(cutStream(stream, 5).map(({ length }) => length)).toEqual([5, 5, 2]);
  });

  it('gives the same large messages whosever memory they come in', () => {
    const large = fc.array(fc.integer({ min: 1, max: 300_000 }), { minLength: 1, maxLength: 6 });
    const frameBytes = fc.integer({ min: 20_000, max: FRAME_BYTES_MAX });
    fc.assert(
      fc.property(large, large, frameBytes, (ofOne, ofOther, bytes) => {
        const spares = new SpareBuffers();
        const senders = [ofOne, ofOther].map((lengths, sender) => {
          const all = lengths.map((length, i) => new Uint8Array(length).fill(16 * sender + i + 1));
          const stream = Buffer.concat(all.flatMap((message) => frameMessage(message, FRAME_BYTES_MAX)));
          const assembler = new MessageAssembler(300_000, undefined, spares);
          return { all, stream, assembler, got: [] as Uint8Array[], at: 0 };
        });
        while (senders.some(({ at, stream }) => at < stream.length)) {
          for (const sender of senders) {
            const frame = sender.stream.subarray(sender.at, sender.at + bytes);
            sender.at += bytes;
            sender.got.push(...pushAll(sender.assembler, [new Uint8Array(frame)]));
          }
        }
        for (const { got, all } of senders) {
          expect(got.map(({ length }) => length)).toEqual(all.map(({ length }) => length));
          expect(got.every((message, i) => Buffer.compare(message, all[i] as Uint8Array) === 0)).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('takes no new memory for one large message after another', () => {
    const message = new Uint8Array(300_000).fill(1);
    const spares = new SpareBuffers();
    const buffers = [0, 1, 2].map(() => {
      const assembler = new MessageAssembler(300_000, undefined, spares);
      const [got] = frameMessage(message, FRAME_BYTES_MAX).flatMap((frame) => assembler.push(frame));
      return got?.buffer;
    });
    expect(buffers[0]?.byteLength).toBe(300_004);
    expect(new Set(buffers).size).toBe(1);
  });

  it('delivers what came before a fault, and nothing after', () => {
    const good = frameMessage(new Uint8Array([7, 7]), FRAME_BYTES_MAX);
    for (const [bad, code] of [
      [new Uint8Array([0, 0, 0, 0]), 'WIRE_EMPTY'],
      [new Uint8Array([11, 0, 0, 0]), 'WIRE_TOO_LARGE'],
      [new Uint8Array([255, 255, 255, 255]), 'WIRE_TOO_LARGE'],
    ] as const) {
      const assembler = new MessageAssembler(10);
      expect(assembler.push(join([...good, bad, ...good]))).toEqual([new Uint8Array([7, 7])]);
      expect(assembler.fault).toBe(code);
      expect(assembler.push(good[0] as Uint8Array)).toEqual([]);
      expect(assembler.isPartial).toBe(false);
    }
  });

  it('takes a message of the largest size and a frame of the largest size', () => {
    const assembler = new MessageAssembler(FRAME_BYTES_MAX - 4);
    const frame = frameMessage(new Uint8Array(FRAME_BYTES_MAX - 4).fill(1), FRAME_BYTES_MAX);
    expect(frame.map(({ length }) => length)).toEqual([FRAME_BYTES_MAX]);
    expect(pushAll(assembler, frame).length).toBe(1);
  });

  it('stops a frame that is too large before it looks at it', () => {
    const assembler = new MessageAssembler(10_000_000);
    expect(assembler.push(new Uint8Array(FRAME_BYTES_MAX + 1).fill(1))).toEqual([]);
    expect(assembler.fault).toBe('WIRE_FRAME_TOO_LARGE');
  });

  it('keeps no more than what really came of a message that was only announced', () => {
    const assembler = new MessageAssembler(2 ** 32 - 1);
    const before = process.memoryUsage().arrayBuffers;
    const announced = Array.from({ length: 100 }, () => new MessageAssembler(2 ** 32 - 1));
    for (const each of [assembler, ...announced]) each.push(new Uint8Array([255, 255, 255, 255, 1]));
    expect(assembler.isPartial).toBe(true);
    expect(assembler.fault).toBeUndefined();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
  });

  it('grows by doubling with the bytes that come, up to the end of the message', () => {
    const frame = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(1);
    /** Sizes of the memory of an announced message, the first frame of it being kept as it is. */
    const sizes = (messageBytes: number, frames: readonly number[]): number[] => {
      const spares = new SpareBuffers();
      const assembler = new MessageAssembler(2 ** 32 - 1, undefined, spares);
      const first = frame(FRAME_BYTES_MAX);
      new DataView(first.buffer).setUint32(0, messageBytes, true);
      assembler.push(first);
      for (const bytes of frames) assembler.push(frame(bytes));
      // A fault lets all of it go.
      assembler.push(frame(FRAME_BYTES_MAX + 1));
      const taken = Array.from({ length: 9 }, () => spares.take(1)?.length ?? 0);
      return taken.filter((length) => length > 0).reverse();
    };
    expect(sizes(10_000_000, [1])).toEqual([2 * FRAME_BYTES_MAX]);
    expect(sizes(10_000_000, [FRAME_BYTES_MAX, 1])).toEqual([2 * FRAME_BYTES_MAX, 4 * FRAME_BYTES_MAX]);
    expect(sizes(100_000, [1])).toEqual([100_004]);
    // The frame that ends the message may bring more.
    expect(sizes(FRAME_BYTES_MAX, [1000])).toEqual([FRAME_BYTES_MAX + 1000]);
  });

  it('begins a message with less than its length in a frame', () => {
    const message = new Uint8Array(150_000).fill(9);
    const [stream = message] = frameMessage(message, 1e9);
    for (const first of [1, 3, 4, 5]) {
      const assembler = new MessageAssembler(150_000);
      const frames = [stream.subarray(0, first), ...cutStream(stream.slice(first), FRAME_BYTES_MAX)];
      const got = pushAll(assembler, frames);
      expect(got.map(({ length }) => length)).toEqual([message.length]);
      expect(Buffer.compare(got[0] as Uint8Array, message)).toBe(0);
    }
  });

  it('copies nothing of a message that is whole in its frame, and takes no spare memory for it', () => {
    const spares = new SpareBuffers();
    spares.give(new Uint8Array(2 * FRAME_BYTES_MAX));
    const assembler = new MessageAssembler(10, undefined, spares);
    const frame = join(frameMessage(Uint8Array.of(5, 6), FRAME_BYTES_MAX));
    const [message] = assembler.push(frame);
    expect([message?.buffer, message?.byteOffset]).toEqual([frame.buffer, 4]);
    expect(spares.bytes).toBe(2 * FRAME_BYTES_MAX);
  });

  it('says how much of a message has come', () => {
    const assembler = new MessageAssembler(10);
    assembler.push(Uint8Array.of(3, 0, 0, 0, 1));
    expect([assembler.isPartial, assembler.partialBytes]).toEqual([true, 5]);
    assembler.push(Uint8Array.of(2, 3, 4));
    expect([assembler.isPartial, assembler.partialBytes]).toEqual([true, 1]);
  });

  it('finds a length at fault as soon as it has come', () => {
    for (const [length, code] of [
      [0, 'WIRE_EMPTY'],
      [11, 'WIRE_TOO_LARGE'],
    ] as const) {
      const assembler = new MessageAssembler(10);
      expect(assembler.push(Uint8Array.of(length, 0, 0, 0))).toEqual([]);
      expect(assembler.fault).toBe(code);
    }
  });

  it('WIRE_TOO_LARGE: holds a message to the size of its type as soon as the type has come', () => {
    const assembler = new MessageAssembler(1000, (typeByte) => (typeByte === 6 ? 1000 : 20));
    expect(assembler.push(new Uint8Array([21, 0, 0, 0]))).toEqual([]);
    expect(assembler.fault).toBeUndefined();
    expect(assembler.push(new Uint8Array([6]))).toEqual([]);
    expect(assembler.fault).toBeUndefined();
    const small = new MessageAssembler(1000, (typeByte) => (typeByte === 6 ? 1000 : 20));
    expect(small.push(new Uint8Array([21, 0, 0, 0, 5]))).toEqual([]);
    expect(small.fault).toBe('WIRE_TOO_LARGE');
  });

  it('passes over empty frames', () => {
    const assembler = new MessageAssembler(10);
    expect(assembler.push(new Uint8Array(0))).toEqual([]);
    expect(assembler.isPartial).toBe(false);
  });
});
