/** Hostile bytes: what is valid, changed a little, and now and then plain noise. */
import type { SimRandom } from '../sim/sim-random.js';

/** Values at which counts, lengths and varints turn. */
const turning = [0x00, 0x01, 0x7f, 0x80, 0xff, 0xfc, 0xfd, 0xfe, 0x20, 0x22, 0x2d, 0x7b];
/** Inputs are kept below this, so that a million of them take seconds. */
const LENGTH_MAX = 1500;

/** An input for a decoder: a sample with one to eight changes, or noise. */
export function hostileBytes(random: SimRandom, samples: readonly Uint8Array[]): Uint8Array {
  const sample = random.chance(0.05) ? undefined : random.pick(samples);
  let bytes: Uint8Array = sample === undefined ? random.bytes(random.int(80)) : sample.slice(0, LENGTH_MAX);
  for (let changes = 1 + random.int(8); changes > 0; changes--) bytes = change(random, bytes, samples);
  return bytes;
}

function change(random: SimRandom, bytes: Uint8Array, samples: readonly Uint8Array[]): Uint8Array {
  // Beginnings hold the types and counts, so they are hit more often than the rest.
  const at = random.chance(0.4) ? random.int(Math.min(12, bytes.length + 1)) : random.int(bytes.length + 1);
  switch (random.int(7)) {
    case 0:
      bytes[at] = random.int(256);
      return bytes;
    case 1:
      bytes[at] = random.pick(turning) as number;
      return bytes;
    case 2:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.int(8));
      return bytes;
    case 3:
      return bytes.slice(0, at);
    case 4:
      return join(bytes.subarray(0, at), bytes.subarray(at + 1 + random.int(4)));
    case 5: {
      const inserted = random.chance(0.5)
        ? new Uint8Array(1 + random.int(9)).fill(random.pick(turning) as number)
        : random.bytes(1 + random.int(9));
      return join(bytes.subarray(0, at), inserted, bytes.subarray(at));
    }
    default: {
      const other = random.pick(samples) ?? bytes;
      return join(bytes.subarray(0, at), other.subarray(random.int(other.length + 1), LENGTH_MAX));
    }
  }
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes.length > LENGTH_MAX ? bytes.subarray(0, LENGTH_MAX) : bytes;
}
