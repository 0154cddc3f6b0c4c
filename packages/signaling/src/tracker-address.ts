/**
 * The address of a tracker as a setting names it: that of its WebSocket, with `#tracker` after it, since signaling servers
 * may be named by ws(s) too.
 */

/**
 * @param address  of any introducer
 * @returns where the tracker's WebSocket is; undefined if the address names no tracker
 */
export function trackerSocketUrl(address: string): string | undefined {
  const url = new URL(address);
  if (url.hash !== '#tracker' || !/^wss?:$/.test(url.protocol)) return undefined;
  // A WebSocket takes no address with a fragment.
  url.hash = '';
  return url.href;
}
