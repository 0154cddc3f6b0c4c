/** What someone outside of this package needs: to run a node, to add a part to it, to speak its protocol, to read its chains. */
export { InvariantError } from './assert.js';
export { type ForwardContext, ForwardedBlocks } from './blocks/forwarded-blocks.js';
export { ByteReader } from './bytes/byte-reader.js';
export { ByteWriter } from './bytes/byte-writer.js';
export { areEqual } from './bytes/compare-bytes.js';
export { bytesToHex, hexToBytes } from './bytes/hex.js';
export { type JsonValue, parseLosslessJson } from './bytes/lossless-json.js';
export { sha256 } from './bytes/sha256.js';
export { SipHash } from './bytes/siphash.js';
export { ArrayAncestry } from './chain/array-ancestry.js';
export type { BodyContext, BodyInfo, BodyTransaction, BodyVerdict } from './chain/block-body.js';
export { type BodyFault, bodyFaults } from './chain/body-fault.js';
export type {
  Ancestry,
  BlockRules,
  ChainFamily,
  HeaderBatch,
  HeaderBytes,
  HeaderCodec,
  HeaderInfo,
  HeaderRules,
  HeaderVerdict,
  PresyncParams,
  ProofOfWork,
} from './chain/chain-family.js';
export { checkChainwork } from './chain/check-chainwork.js';
export type { CompactBlock, CompactRules } from './chain/compact-rules.js';
export { type FilterFault, filterFaults } from './chain/filter/filter-fault.js';
export type { FilterRules, FilterVerdict } from './chain/filter/filter-rules.js';
export { type HeaderFault, headerFaults } from './chain/header-fault.js';
export type { PowJob, VisionXJob, VisionXParams } from './chain/pow-job.js';
export { type ProofFault, proofFaults, provingFaults } from './chain/proof/proof-fault.js';
export type { VisionXKernel } from './chain/proof/proof-rules.js';
export type { SignatureCheck } from './chain/signature-check.js';
export { isStrictSignature } from './chain/strict-signature.js';
export { type TransactionFault, transactionFaults } from './chain/transaction-fault.js';
export type {
  BlockTransaction,
  Transaction,
  TransactionCheck,
  TransactionRules,
} from './chain/transaction-rules.js';
export {
  type Checkpoint,
  makeCheckpoint,
  type OpenCheckpoint,
  openCheckpoint,
  readCheckpoint,
} from './checkpoints/checkpoint.js';
export { HeaderCommitment, hashLeaf, isUnderRoot, RootBuilder } from './checkpoints/header-commitment.js';
export { shippedCheckpoint } from './checkpoints/shipped-checkpoint.js';
export { Driver, type Platform } from './driver/driver.js';
export { MemoryStore } from './driver/memory-store.js';
export { performStorage } from './driver/perform-storage.js';
export { readRecord, type Store, StoreError } from './driver/store.js';
export { writeCompactSize } from './families/bitcoin/block/transaction-rules.js';
export {
  type BasicFilter,
  filterBytesMax,
  matchesAny,
  readFilter,
} from './families/bitcoin/filter/basic-filter.js';
export { buildFilter } from './families/bitcoin/filter/build-filter.js';
export { checkFilter, type FilterCheck } from './families/bitcoin/filter/check-filter.js';
export { filterHash, firstFilterHeader, nextFilterHeader } from './families/bitcoin/filter/filter-header.js';
export type { BitcoinParams } from './families/bitcoin/network-params.js';
export {
  decodeTxOutProof,
  encodeTxOutProof,
  type TxOutMatch,
  type TxOutProof,
} from './families/bitcoin/proof/tx-out-proof.js';
export { readCompactSize, sha256d } from './families/bitcoin/transaction/transaction.js';
export { miningRulesOf } from './families/mining-families.js';
export type { EmptyTemplateOptions, MiningRules } from './families/mining-rules.js';
export {
  type FamilyName,
  familyNameOf,
  isMinable,
  isSameNetwork,
  type NetworkName,
  networks,
} from './families/network-names.js';
export { isNetworkName, resolveNetwork } from './families/networks.js';
export { type BlockJsonResult, blockFromJson, encodeBlockJson } from './families/vision/block/block-json.js';
export {
  decodeVisionTransaction,
  encodeVisionBody,
  encodeVisionTransaction,
} from './families/vision/block/body-codec.js';
export {
  type CompactJson,
  compactFromJson,
  encodeCompactJson,
  type NamedTransaction,
  rebuildCompact,
} from './families/vision/block/compact-json.js';
export { devnetMerkleRoot } from './families/vision/block/merkle.js';
export type { CustomNetwork } from './families/vision/custom-network.js';
export { encodeLiteHeader } from './families/vision/header/lite-header.js';
export type { VisionHeader } from './families/vision/header/record.js';
export { PARENT_AGE_MIN_MS, ParentRest } from './families/vision/mining/parent-rest.js';
export {
  FIRST_SLICE_NONCES,
  nextSliceNonces,
  type SliceBounds,
} from './families/vision/mining/slice-nonces.js';
export {
  createTemplate,
  sealTemplate,
  type TemplateInput,
  templateInput,
} from './families/vision/mining/template.js';
export type { VisionParams } from './families/vision/network-params.js';
export {
  encodeTransaction,
  signableText,
  transactionFromJson,
  transactionHash,
  type VisionTransaction,
} from './families/vision/transaction/transaction.js';
export { isVisionFamily, type VisionFamily } from './families/vision/vision-family.js';
export { type ArchiveContext, FilterArchive } from './filters/filter-archive.js';
export type { CheckpointState } from './io/checkpoint-state.js';
export type { Effect } from './io/effect.js';
export type {
  ChannelEnds,
  Command,
  EventTime,
  FollowedNodes,
  NodeEventBody,
  ProveCommand,
  SubmitCommand,
} from './io/event.js';
export {
  type Introduction,
  type SendSignalCommand,
  type SignalFault,
  signalFaults,
} from './io/introduction.js';
export {
  type MetricDefinition,
  type MetricName,
  type Metrics,
  metricDefinitions,
  metricHelp,
  metricNames,
  zeroMetrics,
} from './io/metrics.js';
export {
  type BlockFault,
  type BlockResult,
  blockFaults,
  type CheckpointResult,
  checkpointFaults,
  type FilteredBlocks,
  filterSearchFaults,
  type NodeNotice,
  type PeerInfo,
  type PeerService,
  type Phase,
  type ProvableResult,
  type Reorg,
  type Status,
  type StatusReason,
  statusReasons,
  type WithheldRun,
} from './io/notice.js';
export type { Provable } from './io/proof-notice.js';
export {
  formerTables,
  isKeyOf,
  type KeyOf,
  type StorageChange,
  type StorageOperation,
  type StorageRecord,
  type StorageResult,
  type StorageSelection,
  type StoreFault,
  storageTables,
  storeFaults,
  type TableName,
} from './io/storage.js';
export type { StoragePort } from './io/storage-port.js';
export type { Tip } from './io/tip.js';
export {
  type MempoolChange,
  type MempoolInfo,
  type MempoolSize,
  type MempoolTransaction,
  type PoolFault,
  poolFaults,
  type RemovalReason,
  type SentState,
  type TransactionNotice,
  type TransactionStatus,
} from './io/transaction-notice.js';
export { type TrustFacts, type TrustLevel, type TrustReason, trustReasons } from './io/trust.js';
export {
  BLOCK_HASHES_MAX,
  CLOCK_DOUBTFUL_S,
  CONFIRMATIONS_MAX,
  FILTERS_REQUESTED_MAX,
  FOLLOWED_BLOCKS,
  FRAME_BYTES_MAX,
  HEADERS_PER_MESSAGE_MAX,
  LOCATOR_HASHES_MAX,
  MINING_EVENTS_MAX,
  MINING_REPORT_MS,
  MINING_SLICE_MS,
  MINING_SLICE_NONCES_MAX,
  PEERS_MAX,
  SERVED_BYTES_PER_SECOND_MAX,
  WATCH_COINS_MAX,
  WATCH_EVENTS_MAX,
  WATCH_FOUND_MAX,
  WATCH_RETRY_MS,
  WATCH_SCRIPTS_MAX,
  WATCH_TRAIL_HEADERS,
  WATCH_TRIES,
  WATCHES_KEPT_MAX,
  WATCHES_MAX,
} from './limits.js';
export { faultSentence } from './node/fault-sentences.js';
export { LightNode } from './node/light-node.js';
export type { LightNodeOptions, NodeExtension, PartContext } from './node/node-options.js';
export {
  type BatteryState,
  type DeviceConditions,
  type ResourceLimits,
  type Resources,
  resourcesFor,
} from './node/resources.js';
export type { Part, Reception } from './peer/part.js';
export type { Peer } from './peer/peer.js';
export { type PeerFault, peerFaults } from './peer/peer-fault.js';
export type { RequestKind } from './peer/request-ledger.js';
export { TokenBucket } from './peer/token-bucket.js';
export { isDiscouraging } from './peer/verdicts.js';
export { makeTxProof, type ProofMaterial } from './proofs/make-tx-proof.js';
export { TxIndex, type TxIndexContext } from './proofs/tx-index.js';
export { type TxOutPlace, txProofOf } from './proofs/tx-out-proof.js';
export type { ProofRefusal, ProofTie, TxProof } from './proofs/tx-proof.js';
export {
  type KnownHeader,
  type ProvenTx,
  type VerifyOptions,
  type VerifyResult,
  verifyTxProof,
} from './proofs/verify-tx-proof.js';
export { decodeTxProof, encodeTxProof } from './proofs/write-proof.js';
export {
  type FoundTransaction,
  type NamedCoin,
  searchTransactions,
  type WantedTransactions,
} from './transactions/search-transactions.js';
export type { TransactionRelay } from './transactions/transaction-relay.js';
export { HeaderTree } from './tree/header-tree.js';
export type { AppendedRun, InsertedHeader, InsertResult } from './tree/insert-result.js';
export { buildLocator } from './tree/locator.js';
export type { TreeBase } from './tree/tree-base.js';
export { isStale } from './trust/assess-trust.js';
export { chanceOfNone } from './trust/chances.js';
export { type DecodeResult, decodeMessage, encodeMessage } from './wire/codec.js';
export { frameMessage, MessageAssembler } from './wire/framing.js';
export type { Message, MessageType } from './wire/message.js';
export type { MessageKind, MessageRow, WireMessage } from './wire/message-row.js';
export { messageRows } from './wire/message-table.js';
export type { Announce } from './wire/messages/announce.js';
export type { Blocks, GetBlocks, NotFound } from './wire/messages/blocks.js';
export type { Challenge } from './wire/messages/challenge.js';
export type { FilterHeaders, Filters, GetFilterHeaders, GetFilters } from './wire/messages/filters.js';
export type { GetHeaders, Headers } from './wire/messages/headers.js';
export {
  type Hello,
  type Identity,
  PROTOCOL_VERSION,
  PROTOCOL_VERSION_MIN,
  SERVICE_ARCHIVE,
  SERVICE_COMPACT_BLOCKS,
  SERVICE_FILTERS,
  SERVICE_GATEWAY,
  SERVICE_INTRODUCES,
  SERVICE_LIVE,
  SERVICE_TRANSACTIONS,
  SERVICE_TX_INDEX,
  signedHello,
} from './wire/messages/hello.js';
export {
  type GetPeers,
  type Peers,
  type RelaySignal,
  type SignalResult,
  signedSignal,
} from './wire/messages/introductions.js';
export type { Ping, Pong } from './wire/messages/ping.js';
export type { Reject } from './wire/messages/reject.js';
export type { Services } from './wire/messages/services.js';
export type { GetTxs, Inv, Txs } from './wire/messages/transactions.js';
export type { GetTxBlock, TxBlock } from './wire/messages/tx-block.js';
export { type WireFault, wireFaults } from './wire/wire-fault.js';
