/**
 * A STUN binding request as a page sends it first, with a MESSAGE-INTEGRITY that nobody can verify.
 *
 * @param username  the receiver's fragment, a colon, and the sender's
 * @see RFC 8489, sections 5 and 14
 */
export function stunRequest(username: string): Buffer {
  const padded = Math.ceil(username.length / 4) * 4;
  const request = Buffer.alloc(20 + 4 + padded + 24);
  request.writeUInt16BE(0x0001, 0);
  request.writeUInt16BE(request.length - 20, 2);
  request.writeUInt32BE(0x2112a442, 4);
  request.writeUInt16BE(0x0006, 20);
  request.writeUInt16BE(username.length, 22);
  request.write(username, 24);
  request.writeUInt16BE(0x0008, 24 + padded);
  request.writeUInt16BE(20, 26 + padded);
  return request;
}
