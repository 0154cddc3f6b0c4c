/** Introductions by hand. This file lies beside the library, and is loaded when a page makes or takes an invitation. */
export { ByHand } from '@vision-light/peering';
