/**
 * The address of a tracker as a setting names it: that of its WebSocket, with `#tracker` after it, since signaling servers
 * may be named by ws(s) too.
 */

/** Whether a text is the address of a signaling server, http(s) or ws(s), or of a tracker, ws(s) with `#tracker` after it. */
export function isIntroducerUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hash } = new URL(text);
  return (hash === '#tracker' ? /^wss?:$/ : /^(https?|wss?):$/).test(protocol);
}

/**
 * @param address  of an introducer
 * @returns where the tracker's WebSocket is; undefined if the address names no tracker
 */
export function trackerSocketUrl(address: string): string | undefined {
  const url = new URL(address);
  if (url.hash !== '#tracker') return undefined;
  // A WebSocket takes no address with a fragment.
  url.hash = '';
  return url.href;
}
