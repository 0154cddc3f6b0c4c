/** What makes files of proofs and verifies them. Loaded with the first proof: few visitors make one. */
export { encodeTxProof } from '@vision-light/protocol';
export { verifyTxProof } from '@vision-light/protocol/verify';
