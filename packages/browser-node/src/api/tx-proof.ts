/** Makes proofs of what the worker found: a file of its own beside the library, for few pages need it. */
export { makeTxProof } from '@vision-light/protocol';
