/** The worker with the rules of Vision's networks, bundled into one script, as text; vite.node-sources.ts makes it. */
declare module 'vision-light:vision-worker' {
  export const workerScript: string;
}

/** The worker with the rules of Bitcoin's networks. */
declare module 'vision-light:bitcoin-worker' {
  export const workerScript: string;
}

/** `src/api/transaction-key.ts`, bundled into a module of its own; vite.node-sources.ts makes it. */
declare module 'vision-light:transaction-key' {
  export const createKey: typeof import('./api/transaction-key.js').createKey;
}

/** `src/diagnosis/diagnose.ts`, bundled into a module of its own; vite.node-sources.ts makes it. */
declare module 'vision-light:diagnosis' {
  export const diagnose: typeof import('./diagnosis/diagnose.js').diagnose;
}

/** Where `ed25519.js` is beside the bundle; vite.node-sources.ts makes it. */
declare module 'vision-light:ed25519-url' {
  export const ed25519Url: string;
}

/** A fingerprint of what the library is built from; vite.node-sources.ts makes it. */
declare module 'vision-light:release' {
  export const release: string;
}

/** `src/watch/watches.ts`, likewise. */
declare module 'vision-light:watches' {
  export const watchTx: typeof import('./watch/watches.js').watchTx;
  export const watchAddress: typeof import('./watch/watches.js').watchAddress;
  export const watchScripts: typeof import('./watch/watches.js').watchScripts;
  export const waitForConfirmations: typeof import('./watch/watches.js').waitForConfirmations;
}

/** `src/peers/tracker.ts`, likewise. */
declare module 'vision-light:tracker' {
  export const joinTracker: typeof import('./peers/tracker.js').joinTracker;
}

/** `src/mining/mine.ts`, likewise. */
declare module 'vision-light:mining' {
  export const mine: typeof import('./mining/mine.js').mine;
}

/** `src/peers/by-hand.ts`, likewise. */
declare module 'vision-light:by-hand' {
  export const ByHand: typeof import('./peers/by-hand.js').ByHand;
}

/** `src/api/tx-proof.ts`, likewise. */
declare module 'vision-light:tx-proof' {
  export const makeTxProof: typeof import('./api/tx-proof.js').makeTxProof;
}
