/** simple-peer wraps what its own channel receives; nobody looks at it. */
module.exports = { Buffer: { from: (bytes) => new Uint8Array(bytes) } };
