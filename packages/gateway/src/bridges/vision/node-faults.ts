/** What keeps a gateway from following an existing Vision node, as it is logged and told by `/healthz`. The codes are stable. */
export const visionNodeFaults = {
  VISION_NODE_UNREACHABLE: 'There is no connection to the node.',
  VISION_NODE_TIMEOUT: 'The node did not answer in time.',
  VISION_NODE_BUSY: 'The node asks to be left alone for a while.',
  VISION_NODE_REDIRECTED: 'The node sends the gateway to another address. Redirects are not followed.',
  VISION_NODE_STATUS: 'The node refused a request.',
  VISION_NODE_ANSWER_TOO_LARGE: 'An answer of the node was too large.',
  VISION_NODE_ANSWER_MALFORMED: 'An answer of the node could not be read.',
  VISION_NODE_OTHER_NETWORK: 'The node is on another network: its chain begins with another block.',
  VISION_NODE_HEADERS_REPEATED: 'The node sends the same headers again and again.',
  VISION_NODE_HEADERS_GAP: 'The node left out headers between others, and does not have their blocks either.',
  VISION_NODE_BLOCK_MISSING: 'The node does not give a block whose header it has named.',
  VISION_NODE_BLOCK_MALFORMED: 'A block of the node could not be read.',
  VISION_NODE_HEADER_REFUSED: 'A header of the node breaks a rule of the network.',
  VISION_NODE_BODY_REFUSED: 'The transactions of a block are not those that its header commits to.',
  VISION_NODE_LOW_WORK: 'The chain of the node has too little work to be kept.',
} as const;

/** A code of {@link visionNodeFaults}. */
export type VisionNodeFaultCode = keyof typeof visionNodeFaults;

/** One fault of a node. */
export interface VisionNodeFault {
  readonly code: VisionNodeFaultCode;
  /** What exactly; text of this program and of the platform, at most VISION_NODE_DETAIL_MAX characters. */
  readonly detail: string;
}
