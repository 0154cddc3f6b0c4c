/**
 * Every bound of the protocol core: what it bounds, its unit, why this value, and what happens at the edge. LIMITS.md is
 * generated from this file.
 *
 * Worst case, besides the tree (see header-tree.ts): at most 832 MiB for 32 peers, all hostile at once. A test adds it up.
 */

/** Headers of one `headers` message and of one request. The seed's number. More is a fault of the sender. */
export const HEADERS_PER_MESSAGE_MAX = 2000;

/** `getHeaders` requests under way to the leader, so that its answers follow one another without a pause. At the edge the next request waits for an answer. 4 × 2000 headers cover a round trip of 80 ms at 100,000 headers a second. */
export const HEADER_REQUESTS_IN_FLIGHT_MAX = 4;

/** Hashes in a locator. A locator of ours holds about log2(height) + 3; 64 suffice for any height. More is a fault. */
export const LOCATOR_HASHES_MAX = 64;

/** Headers outside the best chain, of all branches together. Covers a competing branch as long as the chain of the first year tests; above it the branches with the least chainwork are dropped. */
export const SIDE_HEADERS_MAX = 32_768;

/** Headers in the tree. About 600 MB at Vision's record size; arbitrary, far above any chain of today. At the edge new headers are refused with TREE_FULL. */
export const TREE_HEADERS_MAX = 4_194_304;

/** Bytes of one data channel message. Above 64 KiB a message blocks others behind it, and some receivers take no more. A larger one is a fault. */
export const FRAME_BYTES_MAX = 65_536;

/** Hashes of one `getBlocks` or `notFound`: as many as the window of a peer ever holds. More is a fault. */
export const BLOCK_HASHES_MAX = 32;

/** Bytes of one block body on the wire: the largest of any family (Bitcoin's; Vision's are 2 MB), and its message fits 4 MiB. The network's own maximum holds besides. More is a fault. */
export const BODY_BYTES_MAX = 4_000_000;

/** Bytes of a message other than `headers` and `blocks`: the largest is a `getHeaders` with a full locator, 2.2 kB. So a message that has only begun says by its type how much memory it may take. More is a fault. */
export const SMALL_MESSAGE_BYTES_MAX = 4_096;

/** Bytes of buffers that are kept for the messages to come, of all peers together: one for each of a few peers that send bodies of a megabyte at a time. Arbitrary. Above it the smallest go. */
export const SPARE_BYTES_MAX = 4 * 1024 * 1024;

/** Least size of frames that a message is cut into, bytes. Every SCTP takes more; a peer that claims to take less, so that one message becomes a million frames, gets these all the same. */
export const FRAME_BYTES_MIN = 1_024;

/** Bytes of the encoded headers of one message: HEADERS_PER_MESSAGE_MAX of the largest kind (Vision's mainnet, 347 bytes each) and a reserve. More is a fault, so what waits for verification is not padded. */
export const HEADERS_PAYLOAD_BYTES_MAX = 768 * 1024;

/** Bytes of a user agent, printable ASCII. Arbitrary. A longer one is a fault. */
export const USER_AGENT_BYTES_MAX = 64;

/** Bytes of the identity field of `hello`: room for a key and a signature. A longer one is a fault. */
export const IDENTITY_BYTES_MAX = 256;

/** Bytes of a reject code. Arbitrary. A longer one is a fault. */
export const REJECT_CODE_BYTES_MAX = 48;

/** Milliseconds that a peer has to say hello. Arbitrary. Afterwards it is disconnected. */
export const HELLO_TIMEOUT_MS = 15_000;

/** Milliseconds for one message from its first byte to its last: 2 MB at 35 kB/s. Afterwards the sender is disconnected. */
export const MESSAGE_TIMEOUT_MS = 60_000;

/** Milliseconds of silence after which a peer is pinged, and for its answer. Arbitrary. A peer that does not answer is disconnected. */
export const PING_INTERVAL_MS = 20_000;

/** Milliseconds after which a peer is pinged though it is not silent, so that its round-trip time stays true. Arbitrary. */
export const PING_INTERVAL_MAX_MS = 120_000;

/** Milliseconds by which a ping may come early, to go together with others: a sleeping radio is woken less often. Arbitrary. */
export const PING_SLACK_MS = 2_000;

/** Milliseconds by which the platform may be late with a wake before it counts as sleep (a frozen tab, a closed laptop): then no deadline that passed meanwhile is held against a peer. Arbitrary. */
export const OVERSLEPT_MS = 5_000;

/** Least time-out of a request, milliseconds. The seed's number; above it, three round trips. */
export const REQUEST_TIMEOUT_MIN_MS = 3_000;

/** Greatest time-out of a request, milliseconds: a peer cannot buy time by answering pings slowly. */
export const REQUEST_TIMEOUT_MAX_MS = 15_000;

/** Bytes a second at which an answer must come in, or its request is given up: 2000 headers of the devnet in 20 s. Slower is as good as silent. */
export const ANSWER_BYTES_PER_SECOND_MIN = 8 * 1024;

/** Requests in a row that may fail before a peer is paused. The seed's number. */
export const FAILURES_BEFORE_PAUSE = 3;

/** Milliseconds of a pause; never for the last peer. The seed's number. */
export const PAUSE_MS = 30_000;

/** Pauses of a peer before it is disconnected, if there are others. Arbitrary. */
export const PAUSES_MAX = 2;

/** Milliseconds that one peer may lead the download while another one claims more work than is verified: so a peer that streams a long worthless branch cannot keep us from an honest one. */
export const LEADER_SLICE_MS = 30_000;

/** Claims of more work than the peer then delivers, before it is disconnected. One can happen to an honest peer that reorganises. */
export const UNPROVEN_CLAIMS_MAX = 3;

/** Bodies under way from one peer at first. The seed's number. */
export const WINDOW_START = 12;

/** Least window of a peer, bodies. The seed's number. */
export const WINDOW_MIN = 4;

/** Greatest window of a peer, bodies. The seed's number. */
export const WINDOW_MAX = 32;

/** Bodies that are wanted at once: queued, under way, or held until they are checked. Arbitrary, far above the windows. Above it a further one is refused. */
export const WANTED_BLOCKS_MAX = 1_024;

/** Bytes of bodies under way (by estimate) and held, of all peers together: the credit that keeps a slow consumer's memory small. At the edge nothing more is asked for, except a single body; `BODY_BYTES_WORST_MAX` holds whatever the estimate is worth. */
export const BODY_BYTES_IN_FLIGHT_MAX = 16 * 1024 * 1024;

/** Bytes of bodies under way and held, even if each that is under way were as large as its network allows: bodies that came small tell nothing of the next. At the edge nothing more is asked for. */
export const BODY_BYTES_WORST_MAX = 64 * 1024 * 1024;

/** Milliseconds that a body may wait behind others of its peer before a much faster peer with room is asked for it. As the least time-out. */
export const HAND_OVER_MS = 3_000;

/** Milliseconds between two looks for what a faster peer could give. Arbitrary. */
export const HAND_OVER_INTERVAL_MS = 1_000;

/** Milliseconds between two `getBlocks` to one peer: half of the rate that it allows. What becomes free meanwhile goes into the next one. */
export const BLOCK_REQUEST_INTERVAL_MS = 10;

/** Newest bodies that a node follows unless it is told otherwise. DESIGN's number. Older ones are removed. */
export const FOLLOWED_BLOCKS = 64;

/** Headers that may be missing while bodies are fetched already; with more to come, the newest would soon be old. Arbitrary. */
export const NEAR_TIP_HEADERS = 8;

/** Bodies of the best chain that are wanted ahead at once, so that a long history is fetched piece by piece. Four full windows. At the edge the next waits. */
export const FOLLOWED_AHEAD_MAX = 128;

/** Heights that one step looks at for bodies that are missing: so a long chain does not hold up the node. The rest follows in the next step. */
export const FOLLOWED_SCAN_MAX = 4_096;

/** Milliseconds until bodies that no peer had are asked for again; doubles up to `MISSING_RETRY_MAX_MS`. */
export const MISSING_RETRY_MS = 1_000;

/** Greatest pause before bodies that no peer had are asked for again, milliseconds. Arbitrary. */
export const MISSING_RETRY_MAX_MS = 30_000;

/** Milliseconds that an application's request for one block may take, from whichever peers come meanwhile. Arbitrary. Afterwards it fails with BLOCK_UNAVAILABLE. */
export const BLOCK_DEMAND_TIMEOUT_MS = 60_000;

/** Blocks that the application may wait for at once. Above it a further request fails with BLOCK_BUSY. */
export const BLOCK_DEMANDS_MAX = 64;

/** Announced blocks that are asked of one peer before their headers are verified. A network finds one block at a time. Above it the header comes first. */
export const ANNOUNCED_BLOCKS_PER_PEER_MAX = 4;

/** Bytes that wait for one peer to take them, above which no further body is read for it: with the largest body on top it stays below `UNSENT_BYTES_MAX`. */
export const BODY_SEND_BUFFER_BYTES_MAX = 2 * 1024 * 1024;

/** Milliseconds that a peer's request waits for a body that is on its way here, once a request: less than the least time-out. */
export const COMING_BODY_WAIT_MS = 2_000;

/** `getBlocks` of one peer that wait to be answered: two full windows of one hash each, for a peer that asks again what it gave up. More is a fault. */
export const DEFERRED_BLOCK_REQUESTS_MAX = 64;

/** Bodies that are read from the store at once, each of a peer's or the application's requests. At the edge the next read waits. */
export const BODY_READS_MAX = 8;

/** Blocks in the orphan pool. The seed's number. At the edge the greediest peer loses one, see orphan-pool.ts. */
export const ORPHANS_MAX = 512;

/** Bytes of bodies in the orphan pool. DESIGN's number. At the edge as `ORPHANS_MAX`. */
export const ORPHAN_BYTES_MAX = 16 * 1024 * 1024;

/** Blocks of one peer in the orphan pool. DESIGN's number. At the edge it loses its oldest. */
export const ORPHANS_PER_PEER_MAX = 64;

/** Milliseconds that an orphan waits for its header. The seed's number. Afterwards it is dropped. */
export const ORPHAN_TTL_MS = 300_000;

/** Milliseconds between two sweeps of the orphan pool. The seed's number. */
export const ORPHAN_SWEEP_MS = 30_000;

/** Verified headers that are remembered, to know duplicates that the tree has dropped. The seed's number. Above it the one seen least recently is forgotten. */
export const SEEN_HEADERS_MAX = 8_192;

/** Verified bodies that are remembered, to know duplicates that are not kept. The seed's number. Above it the one seen least recently is forgotten. */
export const SEEN_BLOCKS_MAX = 8_192;

/** What a header or block that is known already costs its sender, in messages of its rate: 20 duplicates a second are a flood. Two honest peers that tell each other of one block pay it once a block. */
export const DUPLICATE_COST = 10;

/** Peers of a node unless it is told otherwise. Above it a new peer is rejected. */
export const PEERS_MAX = 32;

/** Peers that a node looks for. Eight, as Bitcoin's outbound peers: enough that one honest one is among them. */
export const PEERS_TARGET = 8;

/** Milliseconds between two searches for peers; doubles up to {@link PEER_SEARCH_INTERVAL_MAX_MS} while nothing changes. */
export const PEER_SEARCH_INTERVAL_MS = 2_000;

/** Greatest pause between two searches for peers, milliseconds. */
export const PEER_SEARCH_INTERVAL_MAX_MS = 30_000;

/** Messages a second that a peer may send for long, answers left out: those are bounded by what was asked. Asking for bodies takes 100. Above it the peer is disconnected. */
export const MESSAGES_PER_SECOND_MAX = 200;

/** Messages that a peer may send at once, on top of the rate. */
export const MESSAGES_BURST_MAX = 400;

/** Bytes that wait for one peer to take them. Four answers to `getHeaders` of the largest kind. Above it further requests of that peer wait. */
export const SEND_BUFFER_BYTES_MAX = 4 * 1024 * 1024;

/** Bytes that may wait for one peer at all: the answers, and what else is said to it. A peer that takes so little is disconnected. */
export const UNSENT_BYTES_MAX = 6 * 1024 * 1024;

/** Bytes a second of headers and bodies that a page serves one peer for long: an uplink at home. Four answers of the largest kind take less than the least time-out. At the edge its requests wait. */
export const SERVED_BYTES_PER_SECOND_MAX = 2 * 1024 * 1024;

/** As `SERVED_BYTES_PER_SECOND_MAX`, of a gateway: above what a data channel carries today, so it bounds what one peer can take of a fast machine. */
export const GATEWAY_SERVED_BYTES_PER_SECOND_MAX = 128 * 1024 * 1024;

/** Bytes that a peer is served at once, on top of the rate: the newest bodies, or 40,000 headers of the largest kind. */
export const SERVED_BYTES_BURST_MAX = 16 * 1024 * 1024;

/** `getHeaders` of one peer that wait, for its send buffer to drain or for its rate. More is a fault. */
export const DEFERRED_REQUESTS_MAX = 16;

/** Answers of one peer that are not waited for any more and may still come: more than its windows of bodies until it is paused twice. Above it the oldest is forgotten, and then unsolicited. */
export const LATE_ANSWERS_MAX = 256;

/** Held headers of one peer (Vision: ahead of the clock). DESIGN's number. Further ones are dropped, and come again with the next announcement. */
export const HELD_HEADERS_PER_PEER_MAX = 64;

/** Held headers of all peers. DESIGN's number. */
export const HELD_HEADERS_MAX = 512;

/** Batches of one source of this side (a miner, a file, a bridge) that wait for verification. Above it a `submit` is refused with SUBMIT_BUSY. */
export const SUBMISSIONS_MAX = 16;

/** Sources of this side with batches that wait for verification: a gateway's miner and some bridges. Above it a `submit` is refused with SUBMIT_BUSY. */
export const SUBMISSION_SOURCES_MAX = 4;

/** Times that hashing of one slice is tried again after a worker died. Afterwards its batch is dropped, nobody is blamed. */
export const POW_RETRIES_MAX = 3;

/** Chunks of one write: 10,000 headers, about 400 kB to 2 MB. The rest follows in the next write. */
export const CHUNKS_PER_WRITE_MAX = 5;

/** Chunks that are kept as peers sent them until they are written, 100 to 500 kB each. What is beyond it is encoded anew. */
export const RECEIVED_CHUNKS_MAX = 10;

/** Milliseconds that new headers wait for a chunk to fill while more stream in; at rest they are written at once. */
export const STORE_DELAY_MS = 1_000;

/** Milliseconds before storage that failed is tried again. Arbitrary. */
export const STORE_RETRY_MS = 60_000;

/** Last headers of a stored chain that are hashed again on load, where hashing all of them would take long (Vision). */
export const REVERIFY_LAST = 12;

/** Runs of consecutive headers, taken at random from a stored chain, that are hashed again on load (Vision). */
export const REVERIFY_RUNS = 6;

/** Headers of such a run: as many as a VisionX kernel hashes side by side. */
export const REVERIFY_RUN_HEADERS = 3;

/** Milliseconds without a new header, while a peer claims more work, after which the phase is `stalled`. */
export const STALLED_AFTER_MS = 20_000;

/** Milliseconds between two `status` notices that differ in numbers only. */
export const STATUS_INTERVAL_MS = 250;

/** Milliseconds between two reports of what peers are like now: their height and round-trip time. Peers that come and go are reported at once. */
export const PEER_NEWS_INTERVAL_MS = 1_000;

/** Milliseconds between two announcements while headers stream in; at rest each new tip is announced at once. */
export const ANNOUNCE_INTERVAL_MS = 2_000;
