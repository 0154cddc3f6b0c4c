/** simple-peer wraps what its own channel receives; nobody looks at it. */
export const Buffer = { from: (bytes) => new Uint8Array(bytes) };
