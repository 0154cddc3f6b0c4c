/** Where a full node listens, as people write it. */

/** A host name or an address, and a port. */
export interface NodePlace {
  /** Without brackets. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
}

/** Reads `host`, `host:8333`, `1.2.3.4:8333`, `[::1]:8333` or `::1`. @returns undefined for any other text */
export function readPlace(text: string, defaultPort: number): NodePlace | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/]+))(?::(\d{1,5}))?$/.exec(text);
  const isBareIpv6 = match === null && /^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$/.test(text);
  const host = isBareIpv6 ? text : (match?.[1] ?? match?.[2]);
  const port = match?.[3] === undefined ? defaultPort : Number(match[3]);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

/** As {@link readPlace} reads it. */
export function formatPlace({ host, port }: NodePlace): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
