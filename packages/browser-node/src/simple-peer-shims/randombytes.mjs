/** simple-peer asks for random bytes only to write them in hexadecimal. */
export const randombytes = (count) => {
  const bytes = crypto.getRandomValues(new Uint8Array(count));
  return { toString: () => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('') };
};
