/** What a transaction of Vision has to do with an account, as far as its fields say. */
import type { BodyTransaction } from '@vision-light/browser-node';

/** `sends`: it is signed by the account. `receives`: its arguments name it. `names`: its access list does. */
export type Mention = 'sends' | 'receives' | 'names';

/** @param account  64 lowercase hex digits: a public key */
export function mentionOf({ fields }: Pick<BodyTransaction, 'fields'>, account: string): Mention | undefined {
  if (fields.sender_pubkey === account) return 'sends';
  if (textOfBytes(fields.args)?.includes(account)) return 'receives';
  const { access_list: accesses } = fields;
  const isNamed = Array.isArray(accesses) && accesses.some((each) => String(each).includes(account));
  return isNamed ? 'names' : undefined;
}

/** The text that a list of bytes is, if it is one. */
export function textOfBytes(bytes: unknown): string | undefined {
  if (!Array.isArray(bytes) || !bytes.every(isByte)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}

function isByte(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255;
}
