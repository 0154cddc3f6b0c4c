/**
 * The two session descriptions of a connection that nobody has introduced. Each side makes that of the other one by itself.
 *
 * - The page writes the gateway's answer, from the address and the fingerprint that it was given. It chooses the gateway's ICE
 *   credentials: user name fragment and password are both `vl1+` and the page's own ICE password.
 * - The gateway writes the page's offer when the first STUN request comes. Its USERNAME is `GATEWAY-FRAGMENT:PAGE-FRAGMENT`,
 *   so the gateway learns the page's fragment and password, and what it is called itself. The page's certificate it learns in
 *   the DTLS handshake.
 *
 * So no local description has to be altered, which browsers are about to forbid. The scheme is that of libp2p's WebRTC Direct,
 * where the page alters its own credentials instead.
 *
 * The page's ICE password is readable on the path. It authenticates STUN only: whoever is on the path could drop the packets
 * as well. Who the two are is proven by the certificates and by `hello`.
 *
 * @see RFC 8445, section 7.2.2; RFC 8839, section 5.4, for the characters and lengths of credentials
 */
import { describeDataChannel, SCTP_PORT } from '../session-description.js';
import type { DirectAddress } from './direct-address.js';

/** With what the fragment of a gateway begins. Another scheme would have another number. */
const PREFIX = 'vl1+';

/** Passwords of Chromium have 24 characters, those of Firefox 32; at least 22 are demanded. Longer ones are arbitrary. */
const passwordForm = /^[A-Za-z0-9+/]{22,128}$/;

/** Fragments of Chromium have 4 characters, those of Firefox 8. */
const fragmentForm = /^[A-Za-z0-9+/]{4,256}$/;

/** What the first STUN request of a page tells a gateway. */
export interface DirectRequest {
  /** The gateway's own fragment, and its password too, as the page has chosen it. */
  readonly ownFragment: string;
  /** The page's fragment. */
  readonly fragment: string;
  /** From where the request came: an IP address. */
  readonly host: string;
  readonly port: number;
}

/**
 * The answer of a gateway to a page's offer.
 *
 * @returns undefined if the offer names no ICE password of the right form
 */
export function answerOf({ host, port, fingerprint }: DirectAddress, offer: string): string | undefined {
  const password = /^a=ice-pwd:(.*?)\s*$/m.exec(offer)?.[1] ?? '';
  if (!passwordForm.test(password)) return undefined;
  const fragment = `${PREFIX}${password}`;
  // The gateway is the DTLS server: it sends a page nothing large before that has shown that it receives.
  return describe({ fragment, password: fragment, fingerprint, setup: 'passive', host, port });
}

/**
 * The offer of a page, as a gateway has to take it.
 *
 * @returns undefined if the request is none of this scheme
 */
export function offerOf({ ownFragment, fragment, host, port }: DirectRequest): string | undefined {
  const password = ownFragment.slice(PREFIX.length);
  const isOurs = ownFragment.startsWith(PREFIX) && passwordForm.test(password);
  // Both go into a description, so a line break in one would add lines to it.
  if (!isOurs || !fragmentForm.test(fragment)) return undefined;
  // The library is told not to compare it.
  const fingerprint = '00'.repeat(32);
  return describe({ fragment, password, fingerprint, setup: 'active', host, port });
}

interface Described extends DirectAddress {
  readonly fragment: string;
  readonly password: string;
  readonly setup: 'active' | 'passive';
}

function describe({ host, port, ...facts }: Described): string {
  // Neither says how large its messages may be: then they may have 65,536 bytes, and this node sends none that are larger.
  const more = [`a=candidate:1 1 UDP 2113937151 ${host} ${port} typ host`];
  return describeDataChannel({ ...facts, sctpPort: SCTP_PORT, more });
}
