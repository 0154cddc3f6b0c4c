import { visionxPlainWasm } from './generated/visionx-plain-wasm.mjs';

const WORDS_PER_MB = (1024 * 1024) / 8;

/**
 * VisionX with dataset and scratchpad in memory, as existing full nodes compute it, at canonical parameters.
 *
 * Takes 288 MB. `buildDataset` once for a seed and epoch, then `hash` for each header; input as for `VisionX`.
 */
export function createPlainVisionX() {
  const kernel = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(visionxPlainWasm, 'hex')))
    .exports;
  if (!kernel.configure(256 * WORDS_PER_MB, 32 * WORDS_PER_MB)) throw new RangeError('no memory for 288 MB');
  const bytes = new Uint8Array(kernel.memory.buffer);
  const view = new DataView(kernel.memory.buffer);

  function writeInput({ message, nonce, seed, epoch }) {
    const record = kernel.input.value;
    bytes.set(seed, record);
    view.setBigUint64(record + 32, epoch, true);
    view.setBigUint64(record + 40, nonce, true);
    view.setUint32(record + 48, message.length, true);
    bytes.set(message, record + 56);
  }

  return {
    memoryBytes: bytes.length,
    buildDataset(input) {
      writeInput(input);
      kernel.fillDataset();
    },
    hash(input) {
      writeInput(input);
      kernel.hash(65536, 4);
      return bytes.slice(kernel.digest.value, kernel.digest.value + 32);
    },
  };
}
