/** What the server refuses, by stable code: each is also a value of the metric label `reason`. */
export const refusals = {
  SIGNAL_MALFORMED: 'The frame is not what the protocol allows at this point.',
  SIGNAL_FRAME_TOO_LARGE: 'The frame is larger than the server accepts.',
  SIGNAL_MESSAGE_DROPPED: 'The message came too soon after the others and was ignored.',
  SIGNAL_RATE_EXCEEDED: 'The client went on sending far more than its rate allows.',
  SIGNAL_BACKLOG: 'The client does not read what is sent to it.',
  SIGNAL_JOIN_TIMEOUT: 'The client did not join a network in time.',
  SIGNAL_NOT_JOINED: 'The client must join a network first.',
  SIGNAL_ALREADY_JOINED: 'The connection has already joined a network.',
  SIGNAL_NO_SUCH_PEER: 'No such peer is in this network now.',
  SIGNAL_ROOM_FULL: 'The network has as many members here as the server allows.',
  SIGNAL_TOO_MANY_ROOMS: 'The server serves as many networks as it allows.',
  SIGNAL_DIRECTORY_UNAVAILABLE: 'The server cannot reach its list of peers now. Ask again later.',
  SIGNAL_TOO_MANY_CONNECTIONS: 'The server has as many connections as it allows.',
  SIGNAL_TOO_MANY_FROM_ADDRESS: 'Too many connections come from this address.',
  SIGNAL_TOO_MANY_FROM_NETWORK: 'Too many connections come from the network of this address.',
  SIGNAL_ORIGIN_NOT_ALLOWED: 'Pages of this origin may not use the server.',
  SIGNAL_METRICS_FROM_GATEWAY: 'Gateways have metrics of their own and do not report any here.',
  SIGNAL_METRICS_TOO_OFTEN: 'The report of metrics came too soon after the others.',
  SIGNAL_METRICS_UNKNOWN_NAME: 'The report names a metric that pages do not have.',
  SIGNAL_METRICS_NOT_A_COUNT: 'The report holds something that is no whole number from 0.',
  SIGNAL_METRICS_JUMP: 'The report claims more than can have happened in the time.',
  SIGNAL_SHUTTING_DOWN: 'The server is shutting down.',
} as const;

/** A stable code for something the server refused. */
export type RefusalCode = keyof typeof refusals;

/** Every refusal code, in the order of the table. */
export const refusalCodes = Object.keys(refusals) as RefusalCode[];
