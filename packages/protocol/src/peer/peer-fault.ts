/** What a peer can do wrong beyond bad bytes and bad headers. Stable codes. */
export const peerFaults = {
  PEER_WRONG_NETWORK: 'The peer is on another network.',
  PEER_DUPLICATE: 'There is another connection to this very peer, or it is this node itself.',
  PEER_WRONG_VERSION: 'The peer speaks another version of the protocol.',
  PEER_FEATURE_REQUIRED: 'The peer requires something that this node does not know.',
  PEER_IDENTITY_FALSE: 'The peer does not prove that it has the key that it names.',
  SIGNAL_TAMPERED:
    'Somebody sits between this node and the peer: whoever introduced them has changed their certificates.',
  PEER_DISCOURAGED: 'The peer has broken the rules within the last day.',
  PEER_OUT_OF_TURN: 'A message came before hello, or a second hello.',
  PEER_UNSOLICITED: 'An answer came that nobody had asked for.',
  PEER_UNCONNECTED_HEADERS: 'The headers do not connect to anything that both sides know.',
  PEER_FLOOD: 'The peer sends more messages than anyone needs.',
  PEER_HELLO_TIMEOUT: 'The peer did not say hello in time.',
  PEER_MESSAGE_TIMEOUT: 'A message was begun and not ended in time.',
  PEER_UNRESPONSIVE: 'The peer does not answer.',
  PEER_CLAIM_UNPROVEN: 'The peer claims more work than it can show.',
  PEER_HEADERS_CHANGED: 'The peer sent other headers the second time.',
  PEER_HEADERS_TOO_MANY: 'The peer sent more headers, or larger ones, than a chain can have.',
  PEER_COMPACT_MALFORMED:
    'A compact block or a message that belongs to one cannot be decoded, or names a place that the block does not have.',
  PEER_FILTER_FALSE: 'The filter that the peer claims for a block is not that of the block.',
  PEER_FALSE_HINT: 'The peer names a block for a transaction that the block does not have.',
  PEER_KEYS_FALSE:
    'The peer names nodes that it was not asked for: too many, one of them twice, itself, or this node.',
  PEER_SIGNAL_FALSE:
    'The peer passed on a signal that its sender has not signed, that is not from itself, or that is for somebody else.',
  PEER_TOO_MANY: 'This node has as many peers as it takes.',
  PEER_GROUP_FULL: 'This node has as many peers of one network as it takes.',
} as const;

/** A code of {@link peerFaults}. */
export type PeerFault = keyof typeof peerFaults;
