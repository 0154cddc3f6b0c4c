/**
 * The WebSocket of socket.io, with a check before what it reads. Some packets of a hostile server would otherwise throw
 * where nobody can catch it, which ends a process and leaves the client of a page without a connection and without a
 * report: a handshake that is none, an event without a name, a refusal without a reason. After such a packet the
 * connection ends as after any other that cannot be read.
 *
 * It also reads why the server has closed a connection that it refused ({@link REFUSED_CLOSE_CODE}): that is its error then.
 */
import { NodeWebSocket } from 'socket.io-client';
import { REFUSED_CLOSE_CODE } from '../close-code.js';
import { isRecord } from '../is-record.js';
import { parseJson } from '../parse-json.js';

type Packet = Parameters<NodeWebSocket['onPacket']>[0];
type CloseDetails = Parameters<NodeWebSocket['onClose']>[0];

/** A packet of socket.io that begins with the type of an event or of a refusal, its namespace, and its number. */
const EVENT_OR_REFUSAL = /^([24])(?:\/[^,]*,)?\d*/;

/** In pages this is the browser's own WebSocket: engine.io-client says so in its package.json. */
export class CheckedWebSocket extends NodeWebSocket {
  #isOpened = false;

  protected override onPacket(packet: Packet): void {
    if (this.#isReadable(packet)) super.onPacket(packet);
    else this.onError('packet that cannot be read', undefined);
  }

  protected override onClose(details?: CloseDetails): void {
    const event: unknown = details !== undefined && 'context' in details ? details.context : undefined;
    if (isRecord(event) && event.code === REFUSED_CLOSE_CODE) this.onError(String(event.reason), undefined);
    else super.onClose(details);
  }

  #isReadable({ type, data }: Packet): boolean {
    if (type === 'open') {
      const isFirst = !this.#isOpened;
      this.#isOpened = true;
      return isFirst && isHandshake(parseJson(String(data)));
    }
    if (type !== 'message' || typeof data !== 'string') return true;
    const [head = '', kind] = EVENT_OR_REFUSAL.exec(data) ?? [];
    if (kind === undefined) return true;
    const content = parseJson(data.slice(head.length));
    return kind === '2' ? Array.isArray(content) : isRecord(content) && typeof content.message === 'string';
  }
}

function isHandshake(data: unknown): boolean {
  return (
    isRecord(data) &&
    typeof data.sid === 'string' &&
    Array.isArray(data.upgrades) &&
    Number.isFinite(data.pingInterval) &&
    Number.isFinite(data.pingTimeout)
  );
}
