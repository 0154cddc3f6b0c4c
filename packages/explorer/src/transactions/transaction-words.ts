/** Transactions in words, as far as their fields say what they are. The fields hold text from strangers. */
import type { BodyTransaction } from '@vision-light/browser-node';
import { countNoun, formatCount } from '../display/quantities.js';
import { textOfBytes } from './mentions.js';

/** Longest name of a module or a method that is shown in a line. Arbitrary. */
const NAME_LENGTH_MAX = 40;

/** What it is, in a few words: on Vision the call that it makes. */
export function describeTransaction({ fields }: Pick<BodyTransaction, 'fields'>): string {
  const { module, method, weight } = fields;
  if (typeof module === 'string' && typeof method === 'string') {
    const amount = amountOf(fields.args);
    return `${cut(module)}.${cut(method)}${amount === undefined ? '' : ` of ${formatCount(amount)}`}`;
  }
  return typeof weight === 'number' ? countNoun(weight, 'weight unit') : 'transaction';
}

/** The value of a field as text: bytes that are text as that text, lists with commas. */
export function textOfField(name: string, value: unknown): string {
  const text = name === 'args' ? textOfBytes(value) : undefined;
  if (text !== undefined) return text === '' ? '–' : text;
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.map(String).join(', ');
  return String(value) === '' ? '–' : String(value);
}

function amountOf(args: unknown): number | undefined {
  try {
    const { amount } = JSON.parse(textOfBytes(args) ?? '{}') as { readonly amount?: unknown };
    return typeof amount === 'number' && Number.isFinite(amount) ? amount : undefined;
  } catch {
    return undefined;
  }
}

function cut(text: string): string {
  return text.length > NAME_LENGTH_MAX ? `${text.slice(0, NAME_LENGTH_MAX)}…` : text;
}
