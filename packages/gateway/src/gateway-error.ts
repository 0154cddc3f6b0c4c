/** Why a gateway cannot start. The message is one sentence for the person who started it. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
}
