/**
 * Addresses of scripts under `require-trusted-types-for 'script'`, where a browser starts workers only from addresses
 * that went through a policy. The page starts all workers, so it alone has the policy, and nobody else can use it.
 */

/** What a page makes with a policy of its own: a `TrustedScriptURL`. */
export interface TrustedAddress {
  /** The address. */
  toString(): string;
  /** The address. */
  toJSON(): string;
}

/** Of the browser's factory, what is used here; the DOM's declarations lack it. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { readonly createScriptURL: (address: string) => string },
  ): { createScriptURL(address: string): TrustedAddress };
  isScriptURL(value: unknown): value is TrustedAddress;
}

/** The name that a page's `trusted-types` has to list. */
const POLICY = 'vision-light';

const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes };
let policy: ReturnType<TrustedTypes['createPolicy']> | undefined;

/** What a worker is started from: the address, trusted where the browser knows of that and the page allows it. */
export function scriptAddress(address: string): string {
  try {
    policy ??= trustedTypes?.createPolicy(POLICY, { createScriptURL: (each) => each });
  } catch {
    // The page does not list it. Where it requires trusted values, the browser says so when the worker is started.
  }
  // The DOM's declarations do not know that a worker takes both.
  return (policy?.createScriptURL(address) ?? address) as string;
}

/** Whether somebody's policy has made it. */
export function isTrustedAddress(value: unknown): value is TrustedAddress {
  return trustedTypes?.isScriptURL(value) ?? false;
}
