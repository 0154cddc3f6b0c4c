/**
 * What a full node of Bitcoin can do wrong. Each of these ends its connection. Codes are stable: they are labels of metrics and
 * stand in logs.
 */
export const bitcoinFaults = {
  BITCOIN_WRONG_MAGIC: 'A message does not begin with the magic bytes of this network.',
  BITCOIN_BAD_COMMAND: 'The name of a message is not printable text with zeros behind it.',
  BITCOIN_TOO_LARGE: 'A message says that it is longer than messages of its name may be.',
  BITCOIN_BAD_CHECKSUM: 'The checksum of a message is not that of its bytes.',
  BITCOIN_MALFORMED: 'A message is truncated, has trailing bytes or a value out of range.',
} as const;

/** A code of {@link bitcoinFaults}. */
export type BitcoinFault = keyof typeof bitcoinFaults;
