/**
 * Every bound of the protocol core: what it bounds, its unit, why this value, and what happens when it is reached.
 * LIMITS.md is generated from this file.
 *
 * Together they bound memory. The worst case, besides the tree (see header-tree.ts), is at most 1080 MiB for 32 peers
 * that are all hostile at once. A test adds it up.
 */

/** Headers of one `headers` message and of one request, as in existing Vision nodes. More is a fault of the sender. */
export const HEADERS_PER_MESSAGE_MAX = 2000;

/** `getHeaders` requests in flight to the leader, so that its answers follow one another without a pause. At the edge the next request waits for an answer. 4 × 2000 headers cover a round trip of 80 ms at 100,000 headers a second. */
export const HEADER_REQUESTS_IN_FLIGHT_MAX = 4;

/** Hashes in a locator. A locator of ours holds about log2(height) + 3; 64 suffice for any height. More is a fault. */
export const LOCATOR_HASHES_MAX = 64;

/** Height of the header that a chain begins with, a checkpoint or what a stored record says: a table has a place for each segment below it, so for 107,375. 340 years of Vision. A checkpoint with more is refused, and such a record counts as damaged. */
export const BASE_HEIGHT_MAX = 2_147_483_648;

/** Headers outside the best chain, of all branches together: half a year of Bitcoin, two days of Vision, for branches that come near the best chain. One more branch has a place for all its headers, once it is known to be heavier (`reserveSide`). Above it the branches with the least chainwork are dropped. */
export const SIDE_HEADERS_MAX = 32_768;

/** Headers in the tree, a heavier branch that takes the place of the best chain included: two chains of 2,000,000 headers, each twice as long as the longest of today (Bitcoin). At the edge new headers are refused with TREE_FULL, and a branch for which there is no room is not asked for a second time. */
export const TREE_HEADERS_MAX = 4_194_304;

/** Bytes of the headers in the window of a checkpoint: 2016 headers of Bitcoin, for a checkpoint at the end of a period of its difficulty. More is refused. */
export const CHECKPOINT_WINDOW_MAX = 161_280;

/** Headers below a checkpoint that are fetched ahead of what is verified there, beyond those that the rules look at: what four requests bring. At the edge nothing more is asked for. */
export const BELOW_HEADERS_MAX = 8_000;

/** `getHeaders` in flight for headers below a checkpoint, to all peers together, one to each. Arbitrary: this goes on in the background. */
export const BELOW_REQUESTS_MAX = 4;

/** Batches with a fault below the same header, on a network where another header can have the same hash, after which the checkpoint counts as false: each of them costs a peer its connection. Arbitrary. */
export const BELOW_FAULTS_MAX = 3;

/** Milliseconds for a peer to come that has the header of the checkpoint, once others have come as far without it and none with it. Arbitrary. Then the node goes on from genesis. */
export const CHECKPOINT_DOUBT_MS = 60_000;

/** Blocks between the tip and the header that `checkpoint()` takes if it is not told another one: a day of Bitcoin, deeper than any reorg there. */
export const CHECKPOINT_DEPTH = 144;

/** Heights among which the one with the shortest window is taken: a period of Bitcoin's difficulty, at whose first header the window has 11 headers instead of up to 2016. */
export const CHECKPOINT_SPAN = 2016;

/** Checkpoints that are asked for and not made yet. Above it a call is refused with CHECKPOINT_BUSY. Arbitrary: the first one may take seconds, those after it milliseconds. */
export const CHECKPOINT_CALLS_MAX = 16;

/** Headers in a proof that a block has a transaction: a period of Bitcoin's difficulty, after which the next checkpoint can be made, and a day's blocks as confirmations. A proof that would need more is not made, and one that has more is refused. */
export const PROOF_HEADERS_MAX = 2160;

/** Proofs that the application waits for at a time. More are refused with PROOF_BUSY. */
export const PROOF_REQUESTS_MAX = 16;

/** Confirmations that a proof above a checkpoint shows where none are asked for, if there are as many. Six are custom. */
export const PROOF_CONFIRMATIONS = 6;

/** Peers with an index that are asked for one transaction, one after another. A page has few of them, and one honest one is enough. */
export const PROOF_PEERS_MAX = 4;

/** Milliseconds that a peer has to look a transaction up in its index: a look-up of a disk, and what is before it in its turn. */
export const TX_BLOCK_TIMEOUT_MS = 5_000;

/** Look-ups in the index of transactions that wait or are under way. At the edge a peer is told that nothing is known, as of a transaction that is not there. */
export const TX_INDEX_LOOKUPS_MAX = 256;

/** Transactions of one write of the index, and headers whose blocks are looked up in it at once. Arbitrary: a block takes a few writes, and a store some milliseconds for each. */
export const TX_INDEX_BATCH = 512;

/** Blocks that the index remembers of one transaction: it may be in blocks of several branches. Those of the best chain stay longest. */
export const TX_INDEX_BLOCKS_MAX = 4;

/** Blocks whose bodies have come and wait to be indexed, each a hash. At the edge they are found by the next walk along the chain. */
export const TX_INDEX_WAITING_MAX = 1_024;

/** Requests for the block of a transaction that a peer may send in a minute: an application that proves two a second. */
export const GET_TX_BLOCK_PER_MINUTE_MAX = 120;

/** Bytes of such a proof in its binary form: two transactions of Bitcoin as large as a block without witnesses, the hashes of three paths, and headers. More is refused. */
export const PROOF_BYTES_MAX = 2_500_000;

/** Milliseconds before a peer is asked again for a branch for which there was no room. Arbitrary: the branch is long, and room comes seldom. */
export const BRANCH_RETRY_MS = 600_000;

/** Blocks at the tip whose work a branch may lack and still be kept at once: a day of Bitcoin, as in Bitcoin Core. With less it has to show its work first. */
export const RECENT_BLOCKS = 144;

/** Bytes of the first or second pass over one peer's branch, see headers/presync. The sizes of each network keep below it; a peer whose headers are so large that they do not is disconnected. */
export const PRESYNC_BYTES_MAX = 1_000_000;

/** Passes that are kept, of the leader and of peers whose turn was interrupted. Above it the one that led longest ago is forgotten and begins anew. */
export const PRESYNCS_MAX = 4;

/** Bits of one first pass, whatever the network: more than any valid branch gives by 2028. More is a fault. */
export const PRESYNC_COMMITMENTS_MAX = 7_200_000;

/** Seconds by which the last header of a branch may be ahead of the clock, when it is estimated how many there can be: as in the rules of all networks. */
export const PRESYNC_FUTURE_S = 7_200;

/** Headers that are hashed in the first pass over one branch where a hash takes milliseconds (Vision): a tenth of a second. So many notice a branch of which a third is invented but for one time in 10^11. */
export const PRESYNC_SAMPLES = 64;

/** Bytes of one data channel message. Above 64 KiB a message blocks others behind it, and some receivers take no more. A larger one is a fault. */
export const FRAME_BYTES_MAX = 65_536;

/** Hashes of one `getBlocks` or `notFound`: as many as the window of a peer ever holds. More is a fault. */
export const BLOCK_HASHES_MAX = 32;

/** Bytes of one block body on the wire: the largest of any family (Bitcoin's; Vision's are 2 MB), and its message fits 4 MiB. The network's own maximum holds besides. More is a fault. */
export const BODY_BYTES_MAX = 4_000_000;

/** Bytes of a message other than `headers` and `blocks`: the largest is a `getHeaders` with a full locator, 2.2 kB. The type comes first, so it limits the memory of a message that is not complete yet. More is a fault. */
export const SMALL_MESSAGE_BYTES_MAX = 4_096;

/** Bytes of buffers that are kept for later messages, of all peers together: one for each of a few peers that send bodies of a megabyte at the same time. Arbitrary. Above it the smallest are dropped. */
export const SPARE_BYTES_MAX = 4 * 1024 * 1024;

/** Least size of the frames that a message is cut into, bytes. Every SCTP implementation takes more. A peer that claims to take less, so that one message would become a million frames, gets frames of this size. */
export const FRAME_BYTES_MIN = 1_024;

/** Bytes of the encoded headers of one message: HEADERS_PER_MESSAGE_MAX of the largest kind (Vision's mainnet, 347 bytes each) and a reserve. More is a fault, so that nobody can pad what waits for verification. */
export const HEADERS_PAYLOAD_BYTES_MAX = 768 * 1024;

/** Bytes of a user agent, printable ASCII. Arbitrary. A longer one is a fault. */
export const USER_AGENT_BYTES_MAX = 64;

/** Bytes of the nonce of a `challenge`: so many that no two are ever the same. */
export const NONCE_BYTES = 32;

/** Messages of one peer that wait while the signature of its `hello` is verified: requests of each kind, and what it announces at the start. More is a fault. */
export const HELD_MESSAGES_MAX = 64;

/** Bytes of these messages: no answer is among them, so they are small. More is a fault. */
export const HELD_BYTES_MAX = 64 * 1024;

/** Bytes of a reject code. Arbitrary. A longer one is a fault. */
export const REJECT_CODE_BYTES_MAX = 48;

/** Milliseconds in which a peer has to send `hello`. Arbitrary. Afterwards it is disconnected. */
export const HELLO_TIMEOUT_MS = 15_000;

/** Milliseconds for one message from its first byte to its last: 2 MB at 35 kB/s. Afterwards the sender is disconnected. */
export const MESSAGE_TIMEOUT_MS = 60_000;

/** Milliseconds of silence after which a peer is pinged, and for its answer. Arbitrary. A peer that does not answer is disconnected. */
export const PING_INTERVAL_MS = 20_000;

/** Milliseconds after which a peer that is not silent is pinged, so that it names its tip and its round-trip time stays up to date. Whether it lives is told by whatever it sends. Arbitrary: blocks come in minutes, and 40 bytes are little beside what such a peer sends. */
export const PING_INTERVAL_MAX_MS = 60_000;

/** Milliseconds by which a ping may be sent early, together with one that is due: each ping wakes a phone's radio. Half of `PING_INTERVAL_MS`: peers of a quiet node are then pinged together, three times a minute, for 40 bytes a minute of each instead of 34. */
export const PING_SLACK_MS = 10_000;

/** Milliseconds by which the first of such pings may be early, so that a node that is awake need not wake again for it. Arbitrary: more than a round trip, by which the silence of one peer ends after that of another. */
export const PING_EARLY_MS = 2_000;

/** Milliseconds by which the platform may wake the node late before this counts as sleep (a frozen tab, a closed laptop). No deadline that passed during sleep is held against a peer. Arbitrary. */
export const OVERSLEPT_MS = 5_000;

/** Least time-out of a request, milliseconds, as in existing Vision nodes. Slower peers get three round trips. */
export const REQUEST_TIMEOUT_MIN_MS = 3_000;

/** Greatest time-out of a request, milliseconds, so that a peer gains no time by answering pings slowly. */
export const REQUEST_TIMEOUT_MAX_MS = 15_000;

/** Bytes a second at which an answer must arrive: 2000 headers of the devnet in 20 s. A slower answer counts as none. */
export const ANSWER_BYTES_PER_SECOND_MIN = 8 * 1024;

/** Requests in a row that may fail before a peer is paused, as in existing Vision nodes. */
export const FAILURES_BEFORE_PAUSE = 3;

/** Milliseconds of a pause, as in existing Vision nodes. The last peer is never paused. */
export const PAUSE_MS = 30_000;

/** Pauses of a peer before it is disconnected, if there are others. Arbitrary. */
export const PAUSES_MAX = 2;

/** Milliseconds that one peer may lead the download while another one claims more work than is verified, so that a peer with a long worthless branch cannot keep the node from an honest one. Arbitrary. */
export const LEADER_SLICE_MS = 30_000;

/** Claims of more work than the peer then delivers, before it is disconnected. It can happen once to an honest peer that reorganises. */
export const UNPROVEN_CLAIMS_MAX = 3;

/** Bodies in flight from one peer at first, as in existing Vision nodes. */
export const WINDOW_START = 12;

/** Least window of a peer, bodies, as in existing Vision nodes. */
export const WINDOW_MIN = 4;

/** Greatest window of a peer, bodies, as in existing Vision nodes. */
export const WINDOW_MAX = 32;

/** Bodies that are wanted at once: queued, in flight, or being checked. Arbitrary, far above the windows. Above it a further one is refused. */
export const WANTED_BLOCKS_MAX = 1_024;

/** Bytes of bodies in flight (by estimate) and being checked, of all peers together, so that a slow store does not fill memory. At the edge no further body is requested, except a single one. `BODY_BYTES_WORST_MAX` holds even if the estimate is wrong. */
export const BODY_BYTES_IN_FLIGHT_MAX = 16 * 1024 * 1024;

/** Bytes of bodies in flight and being checked, even if each one in flight is as large as its network allows: small bodies say nothing about the next ones. At the edge no further body is requested. */
export const BODY_BYTES_WORST_MAX = 64 * 1024 * 1024;

/** Milliseconds that a body may wait behind others of its peer before a much faster peer with room is asked for it: the same as the least time-out. */
export const HAND_OVER_MS = 3_000;

/** Milliseconds between two searches for bodies that a faster peer could deliver. Arbitrary. */
export const HAND_OVER_INTERVAL_MS = 1_000;

/** Milliseconds between two `getBlocks` to one peer: half of the rate that it allows. Places that become free meanwhile are used by the next one. */
export const BLOCK_REQUEST_INTERVAL_MS = 10;

/** Newest bodies that a node keeps unless it is told otherwise: more than the 36 blocks that existing Vision nodes reorganise at most, and at most 256 MB. Older ones are removed. */
export const FOLLOWED_BLOCKS = 64;

/** Headers that may be missing when bodies are fetched. While more are missing, the newest bodies would soon be old. Arbitrary. */
export const NEAR_TIP_HEADERS = 8;

/** Bodies of the best chain that are queued at once, so that a long history is fetched piece by piece: four full windows. At the edge the next one waits. */
export const FOLLOWED_AHEAD_MAX = 128;

/** Heights that one step searches for missing bodies, so that a long chain does not delay the node. Arbitrary. The rest follows in the next step. */
export const FOLLOWED_SCAN_MAX = 4_096;

/** Milliseconds until bodies that no peer had are requested again; doubles up to `MISSING_RETRY_MAX_MS`. */
export const MISSING_RETRY_MS = 1_000;

/** Greatest pause before bodies that no peer had are requested again, milliseconds: ten minutes. Such a body is mostly lost for good, and each peer that comes is asked at once. With a pause of half a minute, ten nodes that had lost 64 bodies each sent 40 requests a second for ever. */
export const MISSING_RETRY_MAX_MS = 600_000;

/** Bodies that a gateway fetches from full nodes at a time for peers that ask for them, and that it keeps of those. Above it a peer is told that the body is not here. */
export const FORWARDED_BLOCKS_MAX = 32;

/** Bytes of bodies that were fetched for peers and are kept for a moment: four of the largest. Above it the one that was asked for least lately goes. */
export const FORWARDED_BYTES_MAX = 16_000_000;

/** Milliseconds that an application's request for one block may take, including peers that connect meanwhile. Arbitrary. Afterwards it fails with BLOCK_UNAVAILABLE. */
export const BLOCK_DEMAND_TIMEOUT_MS = 60_000;

/** Blocks that the application may wait for at once. Above it a further request fails with BLOCK_BUSY. */
export const BLOCK_DEMANDS_MAX = 64;

/** Announced blocks that are requested of one peer before their headers are verified: a network finds one block at a time. Above it the header is fetched first. */
export const ANNOUNCED_BLOCKS_PER_PEER_MAX = 4;

/** Bytes that wait for one peer to take them, above which no further body is read for it: together with the largest body this stays below `UNSENT_BYTES_MAX`. */
export const BODY_SEND_BUFFER_BYTES_MAX = 2 * 1024 * 1024;

/** Milliseconds that a peer's request waits for a body that this node is fetching itself, once for each request: less than the least time-out. */
export const COMING_BODY_WAIT_MS = 2_000;

/** `getBlocks` of one peer that wait to be answered: two full windows of one hash each, for a peer that requests again what it had given up. More is a fault. */
export const DEFERRED_BLOCK_REQUESTS_MAX = 64;

/** Bodies that are read from the store at once, each of a peer's or the application's requests. At the edge the next read waits. */
export const BODY_READS_MAX = 8;

/** Blocks in the orphan pool, as in existing Vision nodes. At the edge the peer with the most orphans loses one, see orphan-pool.ts. */
export const ORPHANS_MAX = 512;

/** Bytes of bodies in the orphan pool: as `BODY_BYTES_IN_FLIGHT_MAX`, since the pool holds requested bodies only. At the edge as `ORPHANS_MAX`. */
export const ORPHAN_BYTES_MAX = 16 * 1024 * 1024;

/** Blocks of one peer in the orphan pool: two full windows. At the edge its oldest is dropped. */
export const ORPHANS_PER_PEER_MAX = 64;

/** Milliseconds that an orphan waits for its header, as in existing Vision nodes. Afterwards it is dropped. */
export const ORPHAN_TTL_MS = 300_000;

/** Milliseconds between two sweeps of the orphan pool, as in existing Vision nodes. */
export const ORPHAN_SWEEP_MS = 30_000;

/** Verified headers that are remembered, to know duplicates that the tree has dropped, as in existing Vision nodes. Above it the one seen least recently is forgotten. */
export const SEEN_HEADERS_MAX = 8_192;

/** Verified bodies that are remembered, to know duplicates that are not kept, as in existing Vision nodes. Above it the one seen least recently is forgotten. */
export const SEEN_BLOCKS_MAX = 8_192;

/** Cost of a header or block that is known already, in messages of its sender's rate: 20 duplicates a second are a flood. Two honest peers that announce one block to each other pay it once a block. */
export const DUPLICATE_COST = 10;

/** Peers of a node unless it is told otherwise. Arbitrary. Above it a new peer is rejected. */
export const PEERS_MAX = 32;

/** Peers that a node looks for: eight, as Bitcoin's outbound peers, so that an honest one is likely to be among them. */
export const PEERS_TARGET = 8;

/** Milliseconds between two searches for peers; doubles up to {@link PEER_SEARCH_INTERVAL_MAX_MS} while nothing changes. */
export const PEER_SEARCH_INTERVAL_MS = 2_000;

/** Greatest pause between two searches for peers, milliseconds. */
export const PEER_SEARCH_INTERVAL_MAX_MS = 30_000;

/** Seconds of its upload limit that a page may send at once: with the default limit as much as one peer is served at once (`SERVED_BYTES_BURST_MAX`). Arbitrary. */
export const UPLOAD_BURST_S = 8;

/** Level of a battery, 0 to 1, up to which a page that is not charging takes less of its device: where phones begin to warn is 0.2, and a sync is to end before. Arbitrary. */
export const BATTERY_LOW_LEVEL = 0.3;

/** Share of its upload limit that a page uses while its visitor saves data or its battery is low. Arbitrary. */
export const SAVING_UPLOAD_SHARE = 1 / 8;

/** Share of its limit of hashing that a page uses while its battery is low: a header of Vision takes 2 ms, so that blocks of 5 s still cost next to nothing, and only a long sync takes longer. Arbitrary. */
export const SAVING_CPU_SHARE = 1 / 4;

/** Milliseconds that a request for bodies waits for the upload limit of all peers together: less than the least time-out, so that the peer asks others. At the edge it is answered as if nothing of it were here. */
export const UPLOAD_WAIT_MAX_MS = 2_000;

/** Messages a second that a peer may send for long. Answers do not count, because there are at most as many as requests. Requests for bodies take 100. Above it the peer is disconnected. */
export const MESSAGES_PER_SECOND_MAX = 200;

/** Messages that a peer may send at once, in addition to the rate: those of two seconds. */
export const MESSAGES_BURST_MAX = 400;

/** Pings of one peer in a minute, at once or spread. It sends at most three; each costs a pong, and wakes a phone's radio. Above it the peer is disconnected. */
export const PINGS_PER_MINUTE_MAX = 60;

/** Announcements of one peer in a minute, at once or spread. A network finds twelve blocks (Vision), and a node that downloads announces 120 times; each may cost a request for headers. Above it the peer is disconnected. */
export const ANNOUNCES_PER_MINUTE_MAX = 300;

/** `getHeaders` of one peer in a minute, at once or spread: the headers of 100,000 a second by the largest answers, twice. Each costs a look at the tree and up to 768 KiB, which `SERVED_BYTES_PER_SECOND_MAX` limits besides. Above it the peer is disconnected. */
export const GET_HEADERS_PER_MINUTE_MAX = 6_000;

/** `getBlocks` of one peer in a minute, at once or spread: one in `BLOCK_REQUEST_INTERVAL_MS`, and a half more. Each costs reads of the store, which `SERVED_BYTES_PER_SECOND_MAX` limits besides. Above it the peer is disconnected. */
export const GET_BLOCKS_PER_MINUTE_MAX = 9_000;

/** Keys of discouraged peers that are remembered. Arbitrary: each takes 40 bytes on disk, and new keys cost an attacker nothing. Above it the one that was discouraged first is forgiven. */
export const DISCOURAGED_MAX = 1_024;

/** Seconds for which a discouraged peer is refused: a day. */
export const DISCOURAGED_S = 86_400;

/** Bytes that wait for one peer to take them. Four answers to `getHeaders` of the largest kind. Above it further requests of that peer wait. */
export const SEND_BUFFER_BYTES_MAX = 4 * 1024 * 1024;

/** Bytes of all messages that may wait for one peer. A peer that takes so little is disconnected. */
export const UNSENT_BYTES_MAX = 6 * 1024 * 1024;

/** Bytes a second of headers and bodies that a page serves one peer for long: an uplink at home. Four answers of the largest kind take less than the least time-out. At the edge the peer's requests wait. */
export const SERVED_BYTES_PER_SECOND_MAX = 2 * 1024 * 1024;

/** As `SERVED_BYTES_PER_SECOND_MAX`, for a gateway: more than a data channel carries today, so that one peer cannot take all of a fast machine. */
export const GATEWAY_SERVED_BYTES_PER_SECOND_MAX = 128 * 1024 * 1024;

/** Bytes that a peer is served at once, in addition to the rate: the newest bodies, or 40,000 headers of the largest kind. */
export const SERVED_BYTES_BURST_MAX = 16 * 1024 * 1024;

/** `getHeaders` of one peer that wait for its send buffer to drain or for its rate. Arbitrary. More is a fault. */
export const DEFERRED_REQUESTS_MAX = 16;

/** Answers of one peer that are not waited for any more and may still come: more than its windows of bodies until it is paused twice. Above it the oldest is forgotten, and then unsolicited. */
export const LATE_ANSWERS_MAX = 256;

/** Seconds by which a peer's clock is ahead of ours before that counts: as far as Vision's headers may be ahead of a clock. Where most peers are, `HEADER_TIME_TOO_NEW` is no fault of theirs. */
export const CLOCK_BEHIND_S = 10;

/** Held headers of one peer (Vision: ahead of the clock): the blocks of five minutes, for the case that a clock is that wrong. Further ones are dropped, and come again with the next announcement. */
export const HELD_HEADERS_PER_PEER_MAX = 64;

/** Held headers of all peers: eight peers (`PEERS_TARGET`) with as many as one may have. Further ones are dropped. */
export const HELD_HEADERS_MAX = 512;

/** Batches of one source of the node's own driver (a miner, a file, a bridge) that wait for verification. Arbitrary. Above it a `submit` is refused with SUBMIT_BUSY. */
export const SUBMISSIONS_MAX = 16;

/** Sources of the node's own driver with batches that wait for verification: a gateway's miner and some bridges. Above it a `submit` is refused with SUBMIT_BUSY. */
export const SUBMISSION_SOURCES_MAX = 4;

/** Times that the hashing of one slice is tried again after a worker died. Afterwards its batch is dropped; this is no fault of its sender. */
export const POW_RETRIES_MAX = 3;

/** Bytes of segments of one write: five of Bitcoin's or one of Vision's. A segment that was begun is written whole. The rest follows in the next write. */
export const SEGMENT_BYTES_PER_WRITE = 4 * 1024 * 1024;

/** Entries of the journal of stored headers: each block adds one, and a reload reads them all. At the edge short ones are written anew as entries of HEADERS_PER_MESSAGE_MAX headers. */
export const JOURNAL_ENTRIES_MAX = 64;

/** Bytes of answers that are kept as peers sent them until they are written: a whole segment of the largest headers (Vision's mainnet), or a hundred answers of Bitcoin headers for a disk that lags. What is beyond it is encoded anew. */
export const RECEIVED_BYTES_MAX = 8 * 1024 * 1024;

/** Storage requests that are not answered: one write of headers, one of bodies, two of the start or of the stored chain in the background, two of transactions of this side, one of discouraged peers, one of a proven checkpoint, one that builds the index of transactions and one that looks something up in it, and `BODY_READS_MAX` bodies. Each part bounds its own, so one more is a mistake of the node, which then stops. */
export const STORAGE_REQUESTS_MAX = 10 + BODY_READS_MAX;

/** Milliseconds that new headers wait for their chunk to fill while more arrive; otherwise they are written at once. */
export const STORE_DELAY_MS = 1_000;

/** Milliseconds before storage that failed is tried again. Arbitrary. */
export const STORE_RETRY_MS = 60_000;

/** Milliseconds between two stored batches that are verified in the background while headers are downloaded; at rest they follow one another. A batch takes a few milliseconds. */
export const PROVE_INTERVAL_MS = 100;

/** Last headers of a stored chain that are hashed again on load where hashing all of them would take long (Vision). */
export const REVERIFY_LAST = 12;

/** Runs of consecutive headers, taken at random from a stored chain, that are hashed again on load (Vision). */
export const REVERIFY_RUNS = 6;

/** Headers of such a run: as many as a VisionX kernel hashes side by side. */
export const REVERIFY_RUN_HEADERS = 3;

/** Milliseconds without a new header, while a peer claims more work, after which the phase is `stalled`. */
export const STALLED_AFTER_MS = 20_000;

/** Milliseconds between two `status` notices that differ in numbers only. */
export const STATUS_INTERVAL_MS = 250;

/** Milliseconds between two reports of the heights and round-trip times of peers. Peers that connect or disconnect are reported at once. */
export const PEER_NEWS_INTERVAL_MS = 1_000;

/** Milliseconds by which a report that is due may be late, if nothing else wakes the node before: of peers, and of numbers in the `status` of a node that is synced. Each wake costs a phone more than the report. Arbitrary. */
export const NEWS_SLACK_MS = 3_000;

/** Milliseconds between two announcements while headers are downloaded; otherwise each new tip is announced at once. Who syncs from a node that syncs itself has all of it by then, and waits for the next one. */
export const ANNOUNCE_INTERVAL_MS = 500;

/** Peers that a new tip is announced to at once, in turn, beside those that asked for headers or bodies lately. With three of each node, one with eight peers hears of most blocks from several, even if the peer fails that it mostly has them from. */
export const ANNOUNCED_AT_ONCE = 3;

/** New tips for which a peer counts as one that asks: it asked for headers or bodies after one of the last so many that it was told of. Arbitrary; more keep more ways open. */
export const ASKING_TIPS = 3;

/** Least milliseconds after which the other peers are told of a new tip, unless they have announced it themselves; at random up to twice as long, so that two peers seldom tell each other. Arbitrary. */
export const ANNOUNCE_LATE_MS = 2_000;

/** Least milliseconds after an announcement between two peers, either way, in which neither tells the other late: two blocks of Vision. Both live and have heard of the last blocks, and other peers tell them of this one. At random up to twice as long, for the reason of `ANNOUNCE_LATE_MS`, and by so much less, to tell several together. */
export const ANNOUNCE_QUIET_MS = 10_000;

/** Relay ids of one `inv`, as in Bitcoin Core. More is a fault; whoever has more to tell sends several. */
export const TX_ANNOUNCED_MAX = 1_000;

/** Announced transactions that cost their sender as much as one message of its rate, so that 20,000 a second are a flood. Ten times as many as a busy network has. */
export const TX_ANNOUNCED_PER_COST = 100;

/** Transactions of one `getTxs`, and those that are requested of one peer at a time, as in Bitcoin Core. At the edge the peer is asked for no more until it answers. */
export const TX_REQUESTED_MAX = 100;

/** Bytes of one transaction on the wire: the largest that any family relays (Bitcoin's weigh 400,000 at most, and none is larger than its weight). The network's own maximum holds besides. More is a fault. */
export const TX_BYTES_MAX = 400_000;

/** Bytes of transactions at which one `txs` ends and the next begins, so that a message holds at most this and one transaction more. Four frames of the largest kind. */
export const TX_ANSWER_BYTES_MAX = 256 * 1024;

/** Transactions of one peer's `getTxs` that wait to be answered: twice what a peer that keeps to the rules ever waits for. More is a fault. */
export const TX_SERVED_MAX = 2 * TX_REQUESTED_MAX;

/** Announcements of one peer that are kept until the transaction comes, as in Bitcoin Core. At the edge further ones of this peer are dropped. */
export const TX_ANNOUNCEMENTS_PER_PEER_MAX = 5_000;

/** Milliseconds until another peer is asked for a transaction that did not come, as in Bitcoin Core. */
export const TX_REQUEST_TIMEOUT_MS = 60_000;

/** Milliseconds that an announcement waits whose peer is not preferred, while others are, or has as much to deliver as it may: as in Bitcoin Core. */
export const TX_REQUEST_DELAY_MS = 2_000;

/** Milliseconds between two `getTxs` to one peer, so that they are few where transactions come one by one: a fifth of the rate that a peer allows, and 4,000 transactions a second. At the edge what is to be asked for waits. */
export const TX_REQUEST_INTERVAL_MS = 25;

/** Mean milliseconds between two announcements of transactions to a peer that came to us, as in Bitcoin Core: a clock drawn by chance, so that no peer learns from whom this node has a transaction. */
export const TX_TELL_INTERVAL_MS = 5_000;

/** As `TX_TELL_INTERVAL_MS`, for a peer that this node chose, which is less likely to be one that watches it. */
export const TX_TELL_CHOSEN_INTERVAL_MS = 2_000;

/** Mean milliseconds until a transaction of this side is told to all peers, if no other peer has announced it by then: the one peer that was told may keep it to itself. Arbitrary, several times as long as a network needs to bring it back. */
export const TX_EMBARGO_MS = 20_000;

/** Transactions in the mempool: ten full seconds of existing Vision nodes at their busiest, and half a day of the devnet. At the edge the one that offers least goes, or the new one is refused with TX_POOL_FULL. */
export const MEMPOOL_TRANSACTIONS_MAX = 5_000;

/** Bytes of the transactions in a page's mempool. At the edge as `MEMPOOL_TRANSACTIONS_MAX`. */
export const MEMPOOL_BYTES_MAX = 8 * 1024 * 1024;

/** As `MEMPOOL_BYTES_MAX`, for a gateway. */
export const GATEWAY_MEMPOOL_BYTES_MAX = 64 * 1024 * 1024;

/** Milliseconds that a transaction stays in the mempool: a day. Afterwards it is dropped, with what depends on it. */
export const MEMPOOL_EXPIRY_MS = 86_400_000;

/** Transactions of one sender in the mempool, and those that one transaction there may depend on or have depend on it, itself included: as Bitcoin Core's limits of ancestors and descendants. Above it a further one is refused with TX_CHAIN_TOO_LONG. */
export const MEMPOOL_CHAIN_MAX = 25;

/** Hundredths by which a transaction must offer more than those that it replaces, rounded up, so that replacing again and again becomes dear: as Geth. Less is refused with TX_TIP_LOW. */
export const REPLACEMENT_PERCENT_MIN = 10;

/** Transactions that were refused for a reason that is nobody's fault, and are not fetched again before the next block. Above it the oldest is forgotten, and may be fetched once more. */
export const TX_REJECTS_MAX = 5_000;

/** Transactions that left the mempool for another reason than a block, kept for blocks that have them all the same: as Bitcoin Core's extra pool. Above it the oldest goes. */
export const TX_DROPPED_MAX = 100;

/** Bytes of those. Arbitrary. */
export const TX_DROPPED_BYTES_MAX = 1024 * 1024;

/** Bytes of transactions of the newest blocks that are kept in memory, so that a reorganisation brings them back in the same step. Above it the oldest block's go, and are read from the store. */
export const TX_INCLUDED_BYTES_MAX = 4 * 1024 * 1024;

/** Senders whose highest included number is remembered. Above it the one that was used least lately is forgotten: then a transaction that was included before is taken for a new one. */
export const TX_ACCOUNTS_MAX = 8_192;

/** Signatures of one job of the platform: about ten milliseconds. */
export const SIGNATURES_PER_JOB = 64;

/** Jobs of signatures under way, so that the next one is there when one ends. At the edge transactions wait. */
export const SIGNATURE_JOBS_MAX = 2;

/** Transactions that wait for their signature to be verified, or are being verified. At the edge no more are requested, and one that comes is dropped. */
export const SIGNATURES_WAITING_MAX = 2_000;

/** Bytes of those: 64 of the largest of Vision. At the edge as `SIGNATURES_WAITING_MAX`. */
export const SIGNATURES_WAITING_BYTES_MAX = 4 * 1024 * 1024;

/** What the transactions of the mempool spend and name as parents: ten names each, which take at most 200 bytes each in memory. At the edge as `MEMPOOL_TRANSACTIONS_MAX`. */
export const MEMPOOL_NAMES_MAX = 50_000;

/** Transactions of this side that are watched at a time. At the edge a further one is refused with TX_BUSY. */
export const OWN_TRANSACTIONS_MAX = 64;

/** Bytes of those. At the edge as `OWN_TRANSACTIONS_MAX`. */
export const OWN_TRANSACTIONS_BYTES_MAX = 4 * 1024 * 1024;

/** Blocks that have or follow a transaction of this side until it is final and not watched any more: a day of Bitcoin, as `RECENT_BLOCKS`. */
export const CONFIRMATIONS_MAX = 144;

/** Transactions and addresses that an application watches at a time, in one page. Arbitrary. A further one is refused with WATCHES_FULL. */
export const WATCHES_MAX = 256;

/** Scripts of one such watch. Arbitrary: a wallet's addresses with a gap of 20 behind each used one; a filter is matched against so many in a millisecond. */
export const WATCH_SCRIPTS_MAX = 1_000;

/** Watches of which it is kept how far they have looked, in one database: a record is some kilobytes at most, but for the coins of a busy address. Of more, the one that was kept least lately is forgotten, and begins anew. */
export const WATCHES_KEPT_MAX = 256;

/** Events of one watch that wait for its reader. At the edge it looks at no further block before they are read. */
export const WATCH_EVENTS_MAX = 256;

/** Headers by which a watch finds that the chain was reorganised while the page was closed, and blocks of which it knows what it has found: a day of Bitcoin, as `RECENT_BLOCKS`. After a deeper reorganisation it begins where it began at first. */
export const WATCH_TRAIL_HEADERS = 144;

/** Transactions of an address that a watch tells of if they are reorganised out, and as many that it has seen in the mempool. Above it the oldest are not told of, and those in the mempool not before a block has them. */
export const WATCH_FOUND_MAX = 1_000;

/** Coins of an address that are followed until they are spent. Above it the oldest one's spending is not noticed. */
export const WATCH_COINS_MAX = 5_000;

/** Milliseconds until a block that no peer gave is asked for again, for a watch. Arbitrary. */
export const WATCH_RETRY_MS = 5_000;

/** Times that an old block is asked for in vain before a watch passes it over. New ones are asked for until they come. Arbitrary. */
export const WATCH_TRIES = 3;

/** Milliseconds of one slice of nonces of a page that mines: a new tip, and a header to be verified where there is one hash worker, waits for no more than this. Shorter ones would only cost messages between workers. */
export const MINING_SLICE_MS = 100;

/** Nonces of one such slice, however fast they are: the page makes a list of them, which takes a millisecond. At canonical parameters 100 ms have 60. */
export const MINING_SLICE_NONCES_MAX = 512;

/** Milliseconds between two reports of how fast a page mines. A second is what people notice. */
export const MINING_REPORT_MS = 1_000;

/** Events of a miner in a page that wait for their reader. Arbitrary. At the edge it rests before they are read. */
export const MINING_EVENTS_MAX = 16;

/** Transactions that an answer to `mempool` lists. Arbitrary. Of more only their number is told. */
export const MEMPOOL_LISTED_MAX = 1_000;

/** Transactions that one notice of what has changed in the mempool names as added, and as removed. Arbitrary. Of more only their number is told. */
export const MEMPOOL_NEWS_MAX = 100;

/** Milliseconds between two notices of what has changed in the mempool. */
export const MEMPOOL_NEWS_INTERVAL_MS = 500;

/** Tips of one `competing` notice, the best one included: honest miners hardly ever find three blocks at once. Further ones with the same work are neither told nor counted. */
export const COMPETING_TIPS_MAX = 8;

/** Newest headers whose arrival is remembered, to tell whether a fork is as new as it seems: far more than a reorganisation at rest has. What is older counts as seen before. */
export const FORK_ARRIVALS_MAX = 128;

/** Milliseconds after sleep or a lost network in which nothing counts as new: what came meanwhile is still being caught up with. As `LEADER_SLICE_MS`, a turn of one peer. */
export const FORK_SETTLE_MS = 30_000;

/** Milliseconds in which a run of headers that was withheld comes, and in which a node that hears of a new block is synced again. Arbitrary: several round trips and hops, and no longer than a block of the fastest chain takes. */
export const WITHHELD_MOMENT_MS = 5_000;

/** Seconds between the first and last timestamp of a run above which it looks withheld: a link that fails is closed after two `PING_INTERVAL_MS`, so no shorter interruption can have held it back without a peer that comes anew. */
export const WITHHELD_SPREAD_MIN_S = 40;

/** Target spacings of the network above which, besides, the spread of a run looks withheld: two honest blocks are seldom so far apart, and a short partition gives fewer. Arbitrary. */
export const WITHHELD_SPACINGS = 3;

/** Transactions that a compact block has whole, bytes: the first one, and those that its sender itself lacked. Arbitrary. What does not fit is sent as a short id. */
export const COMPACT_PREFILLED_BYTES_MAX = 64 * 1024;

/** Bytes of a compact block: short ids of the 20,000 transactions that a block can have (Vision; Bitcoin's are 16,666), and `COMPACT_PREFILLED_BYTES_MAX` with a reserve. More is a fault. */
export const COMPACT_BLOCK_BYTES_MAX = 192 * 1024;

/** Bytes of a request for transactions of a block: at most one for each of 20,000 transactions. More is a fault. */
export const BLOCK_PLACES_BYTES_MAX = 24 * 1024;

/** Peers that are asked to send new blocks unasked, as compact blocks, as in BIP152. One more takes the place of the one that has not been first for longest; the last one that this node connected to keeps its place. */
export const HIGH_BANDWIDTH_PEERS_MAX = 3;

/** Blocks that are put together at a time from compact blocks: one of each peer that sends them unasked. At the edge a further block is downloaded whole. */
export const COMPACT_REBUILDS_MAX = 3;

/** Blocks below the tip that are sent as compact blocks, as in BIP152. Of an older one a receiver knows few transactions, so it is served whole. */
export const COMPACT_DEPTH_MAX = 5;

/** Blocks below the tip of which single transactions are served, as in BIP152: a request may come late. */
export const BLOCK_TXNS_DEPTH_MAX = 10;

/** Requests of one peer for compact blocks and their transactions that wait to be answered: both of each block that it may put together, and as many that it has given up. More is a fault. */
export const DEFERRED_COMPACT_REQUESTS_MAX = 4 * COMPACT_REBUILDS_MAX;

/** Blocks of which it is remembered which peer spoke of them first. Arbitrary. Above it the oldest is forgotten. */
export const FIRST_SENDERS_MAX = 16;

/** Milliseconds between two looks at how far a node can be relied on, where no peer came or went and the phase is the same. Arbitrary: a second is what people notice. Until then the application has the former answer. */
export const TRUST_INTERVAL_MS = 1_000;

/** Peers that must have the tip for full trust: with fewer, one that is lost or false leaves nobody to compare with. Arbitrary. Below it trust is degraded. */
export const TRUSTED_PEERS_MIN = 3;

/** Those who introduced these peers, at least: a single one could have chosen all of them. Below it trust is degraded. */
export const TRUSTED_INTRODUCERS_MIN = 2;

/** Probability below which chance does not explain that no block came for so long, or so few: 6.9 target spacings without one, which an honest network has once in a thousand blocks. Below it trust is degraded. */
export const STALE_PROBABILITY = 0.001;

/** Target spacings over which blocks are counted: as many as show that two thirds of the hash power are missing. Bitcoin: four hours. Arbitrary. */
export const TRUST_WINDOW_SPACINGS = 24;

/** Seconds by which the tip that a peer has named may be behind ours and still be the same chain to us: it names it when it is pinged, and half as long is left for that. At least one block. */
export const TIP_AGREEMENT_S = (1.5 * PING_INTERVAL_MAX_MS) / 1000;

/** Seconds by which most peers' clocks must differ from ours before ages mean nothing: a twentieth of Bitcoin's spacing, and a common clock is right within a second. Above it trust is degraded. */
export const CLOCK_DOUBTFUL_S = 30;

/** Blocks at the tip among which a run that was withheld counts: six confirmations are what applications wait for. */
export const WITHHELD_RECENT_BLOCKS = 6;

/** Blocks of one `getFilterHeaders`, and hashes of its answer: as in BIP157, 64 kB. More is a fault. */
export const FILTER_HASHES_MAX = 2_000;

/** Blocks of one `getFilters`: 2 MB of filters of today's mainnet. More is a fault. */
export const FILTERS_REQUESTED_MAX = 100;

/** Bytes of one compact filter: 21.5 bits for each of the 111,111 outputs that a block can have. More is a fault. */
export const FILTER_BYTES_MAX = 300_000;

/** Bytes of filters after which a `filters` message ends, and the answer goes on in the next one: some 13 filters of today's mainnet, so that a link is never busy with one message for long. */
export const FILTERS_ANSWER_BYTES_MAX = 256 * 1024;

/** Milliseconds that a peer has for each answer about filters: 2 MB at 2 Mbit/s, and longer while it is coming. Afterwards another peer is asked. */
export const FILTER_TIMEOUT_MS = 8_000;

/** Peers whose filter hashes are compared. More cost more and find no more: one honest peer is enough. */
export const FILTER_PEERS_MAX = 4;

/** Blocks of one range about which peers may differ and that are fetched for it. Beyond it all others about which they differ stay open. */
export const FILTER_DISPUTES_MAX = 4;

/** Searches by filters at a time. Above it a further one fails with FILTERS_BUSY. */
export const FILTER_SEARCHES_MAX = 4;

/** Milliseconds before peers are asked again for filters that they did not agree about, or did not give. */
export const FILTER_RETRY_MS = 30_000;

/** Requests for filters of one peer that wait: a page has one under way for each of its searches. More is a fault (PEER_FLOOD). */
export const FILTER_REQUESTS_WAITING_MAX = 8;

/** Filters that a gateway fetches from a full node at once, for a peer that asks for old ones: 6 MB at the most, and 400 kB of real blocks. */
export const FORWARDED_FILTERS_MAX = 20;

/** Keys in one `peers` message: twice as many peers as a node wants. More is a fault of the sender. */
export const INTRODUCED_KEYS_MAX = 16;

/** Peers that are asked at a time whom they know. Two, so that one that lies or knows nobody does not decide alone. */
export const INTRODUCERS_ASKED = 2;

/** Milliseconds between two `getPeers` to one peer. Its peers do not change faster than it finds new ones. */
export const GET_PEERS_INTERVAL_MS = 15_000;

/** `getPeers` of one peer in a minute, at once or spread: one in `GET_PEERS_INTERVAL_MS`, three times. Above it the peer is disconnected. */
export const GET_PEERS_PER_MINUTE_MAX = 12;

/** Milliseconds for the answer to a `getPeers` or a `relaySignal`, which is made from memory and one signature. Then another peer is asked. */
export const INTRODUCTION_TIMEOUT_MS = 5_000;

/** Keys that are remembered of what one peer has named or passed signals on for: four answers. The oldest is forgotten first. */
export const NAMED_KEYS_PER_PEER_MAX = 64;

/** Milliseconds before a node that a peer has named is to be connected to again: by then an attempt has succeeded or failed. */
export const INTRODUCED_AGAIN_MS = 60_000;

/** Nodes of which it is remembered that they were to be connected to lately: as many as one peer after another can name in that time. The oldest is forgotten first, and tried again. */
export const INTRODUCED_LATELY_MAX = 256;

/** Bytes of what a signal carries: a compressed session description with a few addresses has about 300, and one that is not compressed seldom more than 1,000. A larger one is not sent, and a received one is malformed. */
export const SIGNAL_BYTES_MAX = 1_200;

/** Seconds between the time that a signal states and the clock of its recipient. More than the clocks of two devices differ where a system keeps them right. Outside a signal is dropped, and nobody is blamed. */
export const SIGNAL_TIME_S = 60;

/** Signals that a node remembers to have taken, so that none is taken twice. All of 32 peers' (`SIGNALS_PER_MINUTE_MAX`) for a minute. At the edge the oldest ones are forgotten, and no signal as old as those is taken any more. */
export const SIGNALS_SEEN_MAX = 4_096;

/** `relaySignal` of one peer in a minute, at once or spread: what it may pass on to one recipient, its own, and a third more. Above it the peer is disconnected. */
export const SIGNALS_PER_MINUTE_MAX = 120;

/** Signals in a minute that are passed on to one peer, whoever sends them: thirty introductions. Above it they are refused as busy. */
export const SIGNALS_PER_RECIPIENT_MAX = 60;

/** Signals in a minute that are passed on from one peer to another one: an introduction takes two or three. Above it they are refused as busy. */
export const SIGNALS_PER_PAIR_MAX = 12;

/** Signals in a minute that a node sends by way of one peer. Above it another one is asked. */
export const SIGNALS_PER_ROUTE_MAX = 30;

/** Signals whose signatures are being verified, of all peers together. Each takes up to a few milliseconds where it is done in JavaScript. Above it they are refused as busy, or dropped by their recipient. */
export const SIGNALS_VERIFYING_MAX = 16;

/** Those of one peer, so that one that floods leaves room for others. */
export const SIGNALS_VERIFYING_PER_PEER_MAX = 8;

/** Signals of a node's own that are being signed or wait for an answer. Above it a further one is refused with SIGNAL_BUSY. Twice as many as a node wants peers. */
export const SIGNALS_SENDING_MAX = 16;

/** Peers by way of which one signal is tried, one after another. */
export const SIGNAL_ROUTES_MAX = 3;
