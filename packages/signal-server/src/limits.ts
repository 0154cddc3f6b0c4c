/**
 * Every bound of the signaling server, in one place: what it bounds, its unit, why this value, and what
 * happens at the edge. Each can be overridden by option, by environment and by `createSignalServer`.
 *
 * Worst-case memory is bounded by `maxConnections` × (14 KiB idle + one frame being received + backlog + waiting
 * requests) and `maxRooms` × about 1 KiB.
 */
export interface SignalLimits {
  /** Bytes in one frame; SDP is 1 to 10 kB, so 64 KiB is ample. A larger one closes its connection. */
  readonly maxFrameBytes: number;
  /**
   * Fragments in one frame. Browsers send our sizes in one piece and proxies re-chunk rarely; more means
   * someone spends our parser on crumbs. Beyond: the connection is closed.
   */
  readonly maxFragments: number;
  /**
   * Messages a second that one connection may send in the long run. A page that trickles candidates to
   * 16 peers sends a few hundred within seconds of joining and hardly any later. Beyond: dropped.
   */
  readonly maxMessagesPerSecond: number;
  /** Messages that may come at once, above the rate: one full join (16 offers, 20 candidates each). */
  readonly maxMessageBurst: number;
  /**
   * Dropped messages that are forgiven, refilled at the message rate: arbitrary, a fifth of a second of a
   * 10,000 a second flood. Beyond: the connection is closed.
   */
  readonly maxExcessMessages: number;
  /** Open connections in all: 16,384 × 14 KiB is 224 MiB. Beyond: refused. */
  readonly maxConnections: number;
  /**
   * Open connections of one address (IPv6: of one /64): a school or a street behind one NAT, and a thirty-second of all
   * connections. TCP connections that were not upgraded are counted apart, as many. Beyond: refused.
   */
  readonly maxConnectionsPerAddress: number;
  /**
   * Open connections of one network group (IPv4: of one /24, IPv6: of one /48), which one holder may have all of: four
   * times one address, an eighth of all connections, since neighbours share it. Those that were not upgraded are counted
   * apart, as many. Beyond: refused.
   */
  readonly maxConnectionsPerGroup: number;
  /** New connections a second of one address in the long run: arbitrary. Beyond: refused. */
  readonly maxConnectsPerSecondPerAddress: number;
  /** New connections of one address at once: all that are allowed, reloading twice. Beyond: refused. */
  readonly maxConnectBurstPerAddress: number;
  /** Rooms, one for each network id: there are 7 known networks, the rest is people's own. Beyond: refused. */
  readonly maxRooms: number;
  /** Members of one room: arbitrary, half of all connections, so that one room cannot starve the others. */
  readonly maxMembersPerRoom: number;
  /** Peers in the answer to `join`: a node wants 8 connections, and half of the offers may fail. */
  readonly peersOnJoin: number;
  /** Peers in one answer to `peers`: a request for more gets this many. */
  readonly maxPeersInSample: number;
  /**
   * Bytes waiting for a client that does not read: about 170 offers, far more than a reading client ever
   * has in flight. Beyond: its connection is cut.
   */
  readonly maxBacklogBytes: number;
  /**
   * Milliseconds that one call of the directory may take: arbitrary, far more than a database needs and less than a
   * person waits. Beyond: the request is answered with `SIGNAL_DIRECTORY_UNAVAILABLE`.
   */
  readonly directoryTimeoutMs: number;
  /**
   * Bytes of one connection's requests that wait while the directory answers an earlier one, as many as its backlog.
   * A burst of 400 candidates is 200 KiB. Beyond: dropped.
   */
  readonly maxWaitingBytes: number;
  /**
   * Milliseconds after which a server that Redis no longer hears of counts as gone: long enough for a pause of the machine,
   * short enough that few newcomers are told of its peers. Beyond: the other servers remove its peers.
   */
  readonly redisLeaseMs: number;
  /**
   * Bytes on their way to Redis that have not been answered: a second of a busy server, 10,000 offers of 5 kB. Beyond:
   * requests are answered with `SIGNAL_DIRECTORY_UNAVAILABLE`.
   */
  readonly maxRedisInFlightBytes: number;
  /**
   * Batches of signals that wait in Redis for one server, each of at most 256 KiB and one signal: a busy server reads some
   * hundred a second, so they suffice for a second. 40 MB at most. Beyond: the oldest are lost.
   */
  readonly maxInboxEntries: number;
  /** Milliseconds between two metrics reports of one page in the long run; pages send one in 5 s. Sooner: refused. */
  readonly metricsReportIntervalMs: number;
  /** Metrics reports that may come at once, above that: joining, leaving, a timer that was late. Beyond: refused. */
  readonly maxMetricsReportBurst: number;
  /**
   * What one page may add to the counters of its network a second, all together, in the long run: twice the headers
   * that a page verifies at its best. Beyond: the report is refused.
   */
  readonly maxMetricsPerSecond: number;
  /** What it may add at once: what a page that syncs counts within five seconds of the above. Beyond: refused. */
  readonly maxMetricsBurst: number;
  /** Milliseconds from connecting to `join`: five round trips of a bad mobile link. Then: closed. */
  readonly joinTimeoutMs: number;
  /** Milliseconds for the HTTP request of a handshake (slow headers, half-open TCP). Then: closed. */
  readonly headersTimeoutMs: number;
  /** Milliseconds between two looks at overdue connections: the grain of the time-outs above. */
  readonly sweepIntervalMs: number;
  /** Milliseconds that a refused client has to answer the closing handshake before its TCP is cut. */
  readonly closeTimeoutMs: number;
}

/** The limits in force unless configured otherwise. */
export const defaultLimits: SignalLimits = {
  maxFrameBytes: 64 * 1024,
  maxFragments: 16,
  maxMessagesPerSecond: 50,
  maxMessageBurst: 400,
  maxExcessMessages: 2000,
  maxConnections: 16_384,
  maxConnectionsPerAddress: 512,
  maxConnectionsPerGroup: 2048,
  maxConnectsPerSecondPerAddress: 32,
  maxConnectBurstPerAddress: 1536,
  maxRooms: 4096,
  maxMembersPerRoom: 8192,
  peersOnJoin: 16,
  maxPeersInSample: 32,
  maxBacklogBytes: 256 * 1024,
  directoryTimeoutMs: 5000,
  maxWaitingBytes: 256 * 1024,
  redisLeaseMs: 10_000,
  maxRedisInFlightBytes: 64 * 1024 * 1024,
  maxInboxEntries: 128,
  metricsReportIntervalMs: 2000,
  maxMetricsReportBurst: 4,
  maxMetricsPerSecond: 200_000,
  maxMetricsBurst: 1_000_000,
  joinTimeoutMs: 10_000,
  headersTimeoutMs: 10_000,
  sweepIntervalMs: 1000,
  closeTimeoutMs: 1000,
};

/**
 * Bytes that cost a message one token more, so that large frames use up the rate sooner: an offer fits
 * in one unit, the largest frame costs 17.
 */
export const BYTES_PER_TOKEN = 4096;

/** Characters that a queued packet counts for beside its text: the objects that V8 keeps around it. */
export const QUEUED_PACKET_OVERHEAD = 128;
