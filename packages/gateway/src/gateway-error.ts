/** Why a gateway cannot start. The message is one sentence for the person who started it. */
export class GatewayError extends Error {
  /** Tells it from other errors where the class is not at hand. */
  override readonly name = 'GatewayError';
}
