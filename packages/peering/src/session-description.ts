/** The session description of a data channel, of what differs between two of them; the rest is the same for all. */

/** What differs. Whoever fills it in sees to the characters: a line break would add lines. */
export interface DataChannelFacts {
  /** User fragment of ICE. */
  readonly fragment: string;
  readonly password: string;
  /** SHA-256 of the certificate, 64 hex digits. */
  readonly fingerprint: string;
  readonly setup: string;
  readonly sctpPort: number;
  /** Further attributes and the candidates, each with `a=` before it and without a line end. */
  readonly more: readonly string[];
}

/** Where SCTP listens inside DTLS, in every implementation that is known. */
export const SCTP_PORT = 5000;

/** @returns it in the words that browsers and node-datachannel take */
export function describeDataChannel(facts: DataChannelFacts): string {
  return [
    'v=0',
    'o=- 1 1 IN IP4 0.0.0.0',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0',
    'a=mid:0',
    `a=ice-ufrag:${facts.fragment}`,
    `a=ice-pwd:${facts.password}`,
    `a=fingerprint:sha-256 ${facts.fingerprint.toUpperCase().match(/../g)?.join(':')}`,
    `a=setup:${facts.setup}`,
    `a=sctp-port:${facts.sctpPort}`,
    ...facts.more,
    '',
  ].join('\r\n');
}
