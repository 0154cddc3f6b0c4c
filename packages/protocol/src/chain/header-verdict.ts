import type { HeaderVerdict } from './chain-family.js';
import type { HeaderFault } from './header-fault.js';

/** The verdict on a header that breaks no rule. */
export const ok: HeaderVerdict = { kind: 'ok' };

/** The verdict on one that breaks a rule; the detail says by how much. */
export function rejected(code: HeaderFault, detail: string): HeaderVerdict {
  return { kind: 'rejected', code, detail };
}
