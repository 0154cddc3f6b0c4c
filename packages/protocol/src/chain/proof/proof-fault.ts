/** Why a node makes no proof. Stable, as all codes. */
export const provingFaults = {
  PROOF_TX_NOT_FOUND: 'No block that is kept here has the transaction, and no peer with an index names one.',
  PROOF_TX_NOT_IN_BLOCK: 'The block does not have this transaction.',
  PROOF_NOT_IN_CHAIN: 'The block is not on the best chain.',
  PROOF_UNCONFIRMED: 'The block does not have so many confirmations yet.',
  PROOF_TOO_FAR: 'Too many headers lie between the block and what the proof shall be held to.',
  PROOF_HEADERS_UNKNOWN: 'The headers that the proof needs are not all verified here yet.',
  PROOF_WRONG_CHECKPOINT: 'The checkpoint is not on the chain that is verified here.',
  PROOF_BUSY: 'Too many proofs are asked for at once.',
  PROOF_LINKS_WEAK:
    'On this network two headers can have one hash, so links from header to header prove nothing.',
  PROOF_TX_AMBIGUOUS:
    'A transaction of 64 bytes cannot be told from a node of the tree, so nothing is certain about it.',
  PROOF_TOO_LARGE: 'The proof is larger than any that this release takes.',
} as const;

/** Every reason why no proof is made, or one is refused. */
export const proofFaults = {
  ...provingFaults,
  PROOF_MALFORMED: 'This is no proof, or not in the only form that it can have.',
  PROOF_VERSION: 'The proof is of a later version.',
  PROOF_WRONG_NETWORK: 'The proof is of another network than what it is held to.',
  PROOF_WRONG_ANCHOR: 'The proof was made for a checkpoint, or a header, of another height.',
  PROOF_NEEDS_CHECKPOINT: 'The proof was made for a checkpoint, and a header alone was given.',
  PROOF_NEEDS_VISIONX:
    'The proof has headers whose work is in VisionX, and the verifier was given no VisionX.',
  PROOF_NOT_TIED: 'The headers of the proof do not lead to what it is held to.',
  PROOF_HEADER_INVALID: 'A header of the proof breaks a rule of the chain.',
  PROOF_WORK_FALSE: 'A header of the proof does not have the work that it claims.',
  PROOF_ROOT_MISMATCH: 'The block does not commit to this transaction at this place.',
  PROOF_ROOT_INHERITED:
    'The block repeats the root of the block before, as one without transactions does, so its root proves nothing.',
  PROOF_TREE_MUTATED:
    'The proof counts transactions twice, so their places and their number are not certain.',
  PROOF_COINBASE:
    'What is shown as the first transaction of the block is not one, so the depth of the tree is not certain.',
} as const;

/** A code of {@link proofFaults}. */
export type ProofFault = keyof typeof proofFaults;
