/** Whether `text` is a socket.io CONNECT packet to the default namespace, with or without a payload. */
export function isConnectPacket(text: string): boolean {
  if (text === '0') return true;
  if (!text.startsWith('0{')) return false;
  try {
    JSON.parse(text.slice(1));
    return true;
  } catch {
    return false;
  }
}
