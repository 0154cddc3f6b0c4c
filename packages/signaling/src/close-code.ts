/**
 * Close code of a WebSocket that the server opens only to say why it refuses the client: its reason is the refusal's code. A
 * page cannot see the status of an upgrade that is refused in HTTP. @see RFC 6455, section 7.4.2: 4000 … 4999 are free
 */
export const REFUSED_CLOSE_CODE = 4000;
