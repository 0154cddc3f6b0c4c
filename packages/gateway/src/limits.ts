/** Every bound of the gateway that is not the protocol's own: what it bounds, its unit, why, and what happens at the edge. */

/** Peers that have said hello, unless told otherwise. Each costs a WebRTC connection of a few hundred kB. Above it the core rejects a new one. */
export const PEERS_MAX = 96;

/** Peers of one network group (an IPv4 /24, an IPv6 /48) that come over WebRTC, unless told otherwise: a quarter, so that whoever has one network does not take all places. Those that the gateway dials itself do not count. Above it the core rejects a new one with PEER_GROUP_FULL. */
export const PEERS_PER_GROUP_MAX = 24;

/** Links that are open or being set up: {@link PEERS_MAX} and 32 on the way. Above it nobody is dialed and no offer is answered. */
export const LINKS_MAX = PEERS_MAX + 32;

/** Milliseconds between the last byte handed to SCTP and the end of the connection: without them the last messages, among them `reject`, were lost in 1 of 3 runs on loopback. */
export const LINK_LINGER_MS = 200;

/** Milliseconds that a kind of links may take to close: WebRTC takes 2,000 at most. Afterwards the host goes on without it. */
export const LINKS_CLOSE_TIMEOUT_MS = 3_000;

/** Events of one kind of links that the core is handed in one turn of the event loop, some 20 µs each. Arbitrary. Above it they wait for the next turn. */
export const LINK_EVENTS_PER_TURN_MAX = 1_024;

/** Events of one link that wait for a later turn. Arbitrary, several times what 96 busy peers send in a second in which the loop stood still. Above it the link is disconnected. */
export const LINK_EVENTS_WAITING_MAX = 1_024;

/** Bytes of them: 3 s of a link at 2.5 MB/s. Above it the link is disconnected. */
export const LINK_BYTES_WAITING_MAX = 8 * 1024 * 1024;

/** Peers of one kind of links with events that wait, those that are gone included: twice {@link LINKS_MAX}. Above it new peers are refused. */
export const LINK_PEERS_WAITING_MAX = 2 * LINKS_MAX;

/** A send buffer that falls to this many bytes counts as drained: a tenth of a second at 2.5 MB/s, so that the line never runs dry. */
export const SEND_LOW_BYTES = 256 * 1024;

/** Signaling servers and trackers of one gateway. Arbitrary. More are a wrong option. */
export const SIGNAL_SERVERS_MAX = 8;

/**
 * Longest frame of a tracker, in bytes: twice the characters that are read. A longer one ends the connection before it is in
 * memory.
 */
export const TRACKER_FRAME_BYTES_MAX = 128 * 1024;

/** Threads that verify headers: the lazy kernel is bound by latency, more than 4 are of no use beside WebRTC. */
export const HASH_THREADS_MAX = 4;

/** Threads that mine. Arbitrary, above any machine of today. More is a wrong option. */
export const MINER_THREADS_MAX = 256;

/** Milliseconds of one slice of nonces: a new tip waits for no more than this. Shorter ones would only cost messages between threads. */
export const SLICE_MS = 150;

/** Nonces of one slice, however fast they are: networks of tests hash thousands in a millisecond. */
export const SLICE_NONCES_MAX = 1_000_000;

/** Deaths of search threads in a row, without one answer between them, after which mining stops: then the place or the code is broken. Arbitrary. */
export const SEARCH_DEATHS_IN_A_ROW_MAX = 3;

/** Blocks of history on the first start of a miner, so that there is something to sync: as many as one `headers` message holds. */
export const HISTORY_BLOCKS = 2_000;

/** Transactions of a mined block at most, unless told otherwise: a few kB, as much as a page follows without noticing. */
export const BLOCK_TRANSACTIONS = 12;

/** Transactions of a mined block that may be asked for: 1 MB of them. More is a wrong option. */
export const BLOCK_TRANSACTIONS_MAX = 2_000;

/** Bytes of a body that a miner leaves for the count of its transactions. */
export const BODY_RESERVE_BYTES = 16;

/** Blocks of history that may be asked for: a day of the devnet is 17,280. More is a wrong option. */
export const HISTORY_BLOCKS_MAX = 100_000;

/** Milliseconds that an empty gateway waits for a peer that has a chain, before it lays down history of its own. */
export const HISTORY_WAIT_MS = 10_000;

/** Headers of history that are verified together: while one batch is verified, the next is made. */
export const HISTORY_BATCH_HEADERS = 48;

/** Headers of a file that are submitted together: one chunk of the store. */
export const FILE_BATCH_HEADERS = 2_000;

/** Batches of a file under way: reading goes on while hashes are verified. Far below the core's own bound. */
export const FILE_BATCHES_IN_FLIGHT_MAX = 4;

/** Milliseconds that a tidy end may take, all in all. Afterwards what is left is dropped. */
export const CLOSE_TIMEOUT_MS = 6_000;

/** HTTP connections at a time. Arbitrary, far above a Prometheus and some tools. Further ones are only told the status: {@link HTTP_STATUS_CONNECTIONS_MAX}. */
export const HTTP_CONNECTIONS_MAX = 128;

/** HTTP connections of one address (IPv6: of one /64): a quarter of all, many times what a browser opens. Further ones are only told the status. */
export const HTTP_CONNECTIONS_PER_ADDRESS_MAX = 32;

/** HTTP connections of one network group (an IPv4 /24, an IPv6 /48), so that one provider's customer with many addresses does not take them all. Further ones are only told the status. */
export const HTTP_CONNECTIONS_PER_GROUP_MAX = 64;

/** HTTP connections beyond the others that are answered `/healthz` and `/metrics`, and anything else with 503. Arbitrary. Further ones are closed at once. */
export const HTTP_STATUS_CONNECTIONS_MAX = 16;

/** Such connections of one address: a Prometheus, and a person who looks. Further ones are closed at once. */
export const HTTP_STATUS_CONNECTIONS_PER_ADDRESS_MAX = 2;

/** Milliseconds that such a connection may last, many times what one answer takes, so that nobody keeps it from others. Afterwards it is closed. */
export const HTTP_STATUS_CONNECTION_MS = 2_000;

/** Milliseconds that an HTTP client has for the headers of a request, and to begin with one at all. Arbitrary. Afterwards it is disconnected. */
export const HTTP_HEADERS_TIMEOUT_MS = 10_000;

/** Milliseconds that an HTTP client has for a whole request. Arbitrary. Afterwards it is disconnected. */
export const HTTP_REQUEST_TIMEOUT_MS = 20_000;

/** Milliseconds from a request to the end of its answer: the largest one at 3 Mbit/s. Afterwards the client is disconnected. */
export const HTTP_ANSWER_TIMEOUT_MS = 60_000;

/** Milliseconds in which a client has to take {@link HTTP_READ_WINDOW_BYTES} of its answer, or the rest. The system's buffers hide some MB of not reading. Afterwards it is disconnected. */
export const HTTP_READ_WINDOW_MS = 5_000;

/** Bytes that a client has to take within {@link HTTP_READ_WINDOW_MS}: 0.8 Mbit/s, a quarter of what the largest answer asks for. */
export const HTTP_READ_WINDOW_BYTES = 512 * 1024;

/** Requests that one HTTP connection may have under way: hardly any client sends a second one before the answer. Above it the connection is closed. */
export const HTTP_PIPELINED_MAX = 32;

/** Bytes of an HTTP request's body: the largest in order holds 64 hashes, 4.5 kB. More is answered 400. */
export const HTTP_BODY_BYTES_MAX = 64 * 1024;

/** Bytes of an HTTP request with one transaction: existing nodes take 64 KiB of JSON, and white space between its members. More is answered 400. */
export const HTTP_TRANSACTION_BODY_BYTES_MAX = 80 * 1024;

/** Bytes of an HTTP request with a block, or with several transactions, as in existing nodes. More is answered 400. */
export const HTTP_BLOCK_BODY_BYTES_MAX = 2 * 1024 * 1024;

/** Transactions that one HTTP request may bring or ask for: as many as peers ask one another for. More is answered 400. */
export const HTTP_TRANSACTIONS_MAX = 100;

/** Objects that one request to `/p2p/inv` may name: each takes 100 bytes, so these take 60 kB. More is answered 400. */
export const HTTP_OBJECTS_MAX = 600;

/** Places of transactions in one request to `/p2p/get_block_txs`: as many as fit into {@link HTTP_BODY_BYTES_MAX}. More is answered 400. */
export const HTTP_BLOCK_TRANSACTIONS_MAX = 10_000;

/** Seconds by which the clock of a client of `/p2p/hello` may differ, as in existing nodes. */
export const HTTP_HELLO_SKEW_S = 120;

/** Nonces of `/p2p/hello` that are remembered, as in existing nodes. Above it the oldest is forgotten, and could be used again within {@link HTTP_HELLO_SKEW_S}. */
export const HTTP_HELLO_NONCES_MAX = 1024;

/** Bytes of blocks, as base64, in one answer to `/p2p/get_blocks`: those after them are left out, as unknown ones are. The first always fits, so that asking again leads on. */
export const HTTP_BLOCKS_BYTES_MAX = 16 * 1024 * 1024;

/** Answers to `/p2p/get_blocks` that are made or taken at a time, of {@link HTTP_BLOCKS_BYTES_MAX} each. Above it the others wait. */
export const HTTP_BLOCKS_ANSWERS_MAX = 8;

/** Those of one address: one made while another is taken, and it takes four addresses to make others wait. Above it the address waits. */
export const HTTP_BLOCKS_ANSWERS_PER_ADDRESS_MAX = 2;

/** MiB of heap of the thread that writes blocks: the most expensive body takes between 64 and 128. Above it the thread dies, its blocks are answered 500, and the next one starts it anew. */
export const HTTP_BLOCK_THREAD_HEAP_MB = 256;

/** Bytes that are handed to a connection at a time: what has left is known to this much. */
export const HTTP_SEND_BYTES = 64 * 1024;

/** Tokens a second of one address (IPv6: of one /64), for the routes of Vision nodes: 5,000 headers or 3 MB of blocks a second, an eighth of a processor. A request without them is answered 429. */
export const HTTP_TOKENS_PER_SECOND = 50;

/** Tokens that an address may save: ten seconds of the above, so that a tool that looks now and then never waits. */
export const HTTP_TOKENS_BURST = 500;

/** Tokens a second of one address for `/healthz` and `/metrics`, which have a budget of their own: a look is half a millisecond or two, and Prometheus comes once in seconds. A request without them is answered 429. */
export const HTTP_STATUS_TOKENS_PER_SECOND = 5;

/** Tokens for the status that an address may save. Arbitrary. */
export const HTTP_STATUS_TOKENS_BURST = 50;

/** Tokens of a request for headers, beside those for its answer: up to 64 hashes are looked up. An announcement costs 1. */
export const HTTP_HEADERS_COST = 4;

/** Tokens of a request for blocks, beside those for its answer: up to 32 bodies are looked up on disk. */
export const HTTP_BLOCKS_COST = 8;

/** Tokens of a request with one transaction, or one greeting: a signature to verify. */
export const HTTP_TRANSACTION_COST = 2;

/** Tokens of a request with a compact block: the short ids of all known transactions are computed, 5,000 in 50 ms. */
export const HTTP_COMPACT_BLOCK_COST = 20;

/** Bytes of headers or blocks that cost a token more: 2.5 ms of work. Charged as they are made, also for a client that does not wait for them; an address in debt is answered 429. */
export const HTTP_BYTES_PER_TOKEN = 64 * 1024;

/** Addresses whose tokens are counted, about 200 bytes each. Above it the one that was silent for longest is forgotten, and begins anew. */
export const HTTP_ADDRESSES_MAX = 4096;

/** Vision nodes that a gateway follows by their HTTP routes. Arbitrary. More are a wrong option. */
export const VISION_NODES_MAX = 8;

/** Milliseconds that one of them has for an answer, from the question to its last byte: existing nodes give 3 to 10 s. Afterwards there is none, and less is asked for. */
export const VISION_NODE_TIMEOUT_MS = 15_000;

/** Bytes of one of their answers with blocks: {@link VISION_NODE_BLOCKS_MAX} blocks as gateways answer them (16 MiB and one block more). A thread reads it. A longer one counts as none, and less is asked for. */
export const VISION_NODE_BLOCKS_BYTES_MAX = 24 * 1024 * 1024;

/** Bytes of any other of their answers: 2,000 headers are 700 kB. The node's own thread reads it. A longer one counts as none, and less is asked for. */
export const VISION_NODE_ANSWER_BYTES_MAX = 1024 * 1024;

/** Characters of what is logged and told of a fault of a node. Arbitrary. The rest is cut off. */
export const VISION_NODE_DETAIL_MAX = 200;

/** Milliseconds that a TCP connection to a full node may take to open. Arbitrary. Afterwards it is given up. */
export const DIAL_TIMEOUT_MS = 10_000;

/** Bytes that wait to be sent to one full node: some blocks' worth of requests and transactions. Above it the node is disconnected. */
export const NODE_UNSENT_BYTES_MAX = 16 * 1024 * 1024;

/** Full nodes that are away and of which the log remembers why. Arbitrary. Above it the one that is away for longest has a line again. */
export const NODES_AWAY_MAX = 1_000;

/** Compact filters that a gateway keeps, unless told otherwise: four weeks of blocks, 80 MB on mainnet. Older ones are fetched from full nodes when they are asked for. */
export const FILTERS_KEPT = 4_032;

/** Compact filters that may be kept: more than any chain has blocks today. More is a wrong option. */
export const FILTERS_KEPT_MAX = 10_000_000;

/** Headers that one of them is asked for at least, if more did not come: 40 kB, which any node can answer. */
export const VISION_NODE_HEADERS_MIN = 125;

/** Blocks that one of them is asked for at first: a few dozen kB in most cases. */
export const VISION_NODE_BLOCKS = 8;

/** Blocks that one of them is asked for at most: as many as the routes of gateways give. */
export const VISION_NODE_BLOCKS_MAX = 32;

/** Headers that a node may leave out in a row, each of whose blocks is then asked for by itself. Existing nodes leave out those that they would not send, which are single ones. Above it the node is not followed. */
export const VISION_NODE_GAP_BLOCKS_MAX = 32;

/** Blocks of a branch that are collected until it has enough work to be kept. Existing nodes undo no more than 2,048 blocks either. Above it the branch is refused. */
export const VISION_NODE_BRANCH_BLOCKS_MAX = 2_048;

/** Bytes of them. Above it the branch is refused. */
export const VISION_NODE_BRANCH_BYTES_MAX = 16 * 1024 * 1024;

/** Names of blocks of one node that are remembered as it wrote them: two answers of headers. Above it the oldest is forgotten, and both forms are tried. */
export const VISION_NODE_NAMES_MAX = 4_000;

/** Milliseconds between two looks for new blocks of a node right after there was one: a fifth of the time between blocks. */
export const VISION_NODE_POLL_MS = 1_000;

/** Milliseconds between two looks when there is nothing new for long: a few blocks of Vision. */
export const VISION_NODE_POLL_MS_MAX = 20_000;

/** Milliseconds from one look to the next at least if a block is announced. Anybody can announce, so a stranger can cause this many looks. */
export const VISION_NODE_ANNOUNCED_POLL_MS = 500;

/** Milliseconds until a node that failed is asked again; twice as many with each further failure. */
export const VISION_NODE_FAILED_POLL_MS = 2_000;

/** Milliseconds between two looks at a node that fails for long, or that asks for a pause. */
export const VISION_NODE_FAILED_POLL_MS_MAX = 300_000;

/** Blocks up to a new tip that are posted to a node that lacks them, from the last one that it has named on. Existing nodes undo no more than 2,048 blocks either. One that lacks more has to fetch them itself. */
export const VISION_NODE_POSTED_BLOCKS_MAX = 2_048;

/** Blocks below a new tip that are tried one after the other, each lower than the last, on a node that has named none of them. Arbitrary. Above it nothing more is posted until the next tip. */
export const VISION_NODE_TRIED_BLOCKS_MAX = 64;

/** Transactions that wait to be told to a node: as many as a pool holds. Above it the oldest is not told. */
export const VISION_NODE_WAITING_MAX = 5_000;

/** Peers that come to the direct port, each as large as one of {@link PEERS_MAX}: two thirds as many again, so that neither way in takes the places of the other. Above it the host disconnects a new one. */
export const DIRECT_PEERS_MAX = 64;

/** Connections of the direct port on their way to an open channel, some 100 kB each. Above it the oldest one that has not shown that it receives what is sent to its address is dropped; if all have, a new one is ignored and its page tries again. */
export const DIRECT_SETUPS_MAX = 64;

/** Milliseconds that a connection of the direct port has to show that it receives: several retransmissions of STUN. A source whose address is forged never does. Afterwards it is dropped. */
export const DIRECT_PROOF_TIMEOUT_MS = 2_500;

/** Milliseconds that it has to open its channel: a DTLS handshake over a bad mobile link, retransmissions included. Afterwards it is dropped. */
export const DIRECT_SETUP_TIMEOUT_MS = 10_000;

/** Milliseconds over which set-ups of the direct port are counted. */
export const DIRECT_WINDOW_MS = 10_000;

/** Set-ups that begin in {@link DIRECT_WINDOW_MS}: 40 a second, of 0.7 ms of CPU each. Above it a request is ignored; its page repeats it for some 15 s. */
export const DIRECT_STARTS_MAX = 400;

/** Those of one address (IPv6: of one /64): a school class behind one NAT, whose pages repeat their requests. Above it a request is ignored. */
export const DIRECT_STARTS_PER_ADDRESS_MAX = 16;

/** Those of one network group (an IPv4 /24, an IPv6 /48). Above it a request is ignored. */
export const DIRECT_STARTS_PER_GROUP_MAX = 64;

/** Fragments that name a connection of the direct port and are over, 200 bytes each. A page that still sends to one would never learn that it is over if its requests were answered. Above it the oldest may be used again. */
export const DIRECT_FRAGMENTS_MAX = 1_024;

/** Requests to the direct port in a second that belong to no connection, 20 µs each. Above it they are ignored for the rest of the second, at 2 µs each. */
export const DIRECT_REQUESTS_PER_SECOND_MAX = 2_000;

/** Addresses under which a gateway says that its direct port is found. Arbitrary. More are a wrong option. */
export const DIRECT_HOSTS_MAX = 8;
