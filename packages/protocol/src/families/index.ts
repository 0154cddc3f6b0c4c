/**
 * What the rest of the project may know of the families: names of networks, the tools of the Vision miner, the JSON of
 * existing Vision nodes, and what the conformance checks are made of.
 */
export { blake3 } from '../bytes/blake3.js';
export { type JsonValue, parseLosslessJson } from '../bytes/lossless-json.js';
export { ArrayAncestry } from '../chain/array-ancestry.js';
export { createBitcoinFamily } from './bitcoin/bitcoin-family.js';
export { decodeBits, encodeBits } from './bitcoin/header/compact-target.js';
export { retarget } from './bitcoin/header/difficulty.js';
export { type BitcoinParams, bitcoinParams } from './bitcoin/network-params.js';
export * from './networks.js';
export { encodeBlockJson } from './vision/block/block-json.js';
export { decodeVisionBody, encodeVisionBody, type PlacedTransaction } from './vision/block/body-codec.js';
export {
  devnetMerkleRoot,
  followMainnetPath,
  type MerkleStep,
  mainnetMerklePath,
  mainnetMerkleRoot,
  receiptsRoot,
} from './vision/block/merkle.js';
export { customNetworkParams } from './vision/custom-network.js';
export { epochSeed } from './vision/header/epoch-seed.js';
export { type HeaderJsonResult, headerFromJson, recordFromJson } from './vision/header/header-json.js';
export { encodeLiteHeader } from './vision/header/lite-header.js';
export { lwmaDifficulty } from './vision/header/lwma.js';
export { encodePowMessage } from './vision/header/message.js';
export { nextProducerDifficulty } from './vision/header/producer-rule.js';
export { decodeRecord, encodeRecord, type VisionHeader } from './vision/header/record.js';
export { isAtMost, meetsDifficulty, targetHigh, targetOf } from './vision/header/target.js';
export {
  canonicalVisionX,
  epochBlocks,
  type VisionParams,
  type VisionRules,
  visionDevnet,
  visionMainnet,
} from './vision/network-params.js';
export {
  createTemplate,
  sealTemplate,
  type TemplateInput,
  type TemplateOptions,
  templateInput,
} from './vision/template.js';
export { visionShortId } from './vision/transaction/short-id.js';
export {
  decodeTransaction,
  encodeTransaction,
  signableText,
  transactionHash,
  type VisionTransaction,
} from './vision/transaction/transaction.js';
export { createVisionFamily, isVisionFamily, type VisionFamily } from './vision/vision-family.js';
