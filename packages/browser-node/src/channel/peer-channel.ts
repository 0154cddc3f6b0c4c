/** A peer's data channel as the node worker sees it, wherever the channel itself lives. */
export interface PeerChannel {
  /** Sends one message, or queues it while too much is buffered. Does nothing once the channel is closing. */
  send(bytes: Uint8Array): void;
  /** Closes once what was sent before has left. */
  close(): void;
}

/** What a {@link PeerChannel} reports. */
export interface PeerChannelEvents {
  opened(): void;
  received(bytes: Uint8Array): void;
  /** Some of what was sent has left; so many bytes are still waiting. */
  drained(bufferedBytes: number): void;
  /** Last event, whoever closed it. */
  closed(): void;
}
