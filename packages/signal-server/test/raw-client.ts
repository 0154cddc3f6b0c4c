import { connect, type Socket } from 'node:net';

/** WebSocket opcodes. */
export const opcodes = {
  continuation: 0,
  text: 1,
  binary: 2,
  reserved: 3,
  close: 8,
  ping: 9,
  pong: 10,
} as const;

interface FrameOptions {
  readonly opcode?: number;
  readonly isFinal?: boolean;
  readonly isMasked?: boolean;
  /** The length to claim, if not the true one. */
  readonly claimedLength?: number;
}

/** One WebSocket frame as a client sends it; masked with zeros, which leave the payload as it is. */
export function frame(payload: string | Buffer, options: FrameOptions = {}): Buffer {
  const { opcode = opcodes.text, isFinal = true, isMasked = true } = options;
  const body = Buffer.from(payload);
  const length = options.claimedLength ?? body.length;
  const mask = isMasked ? 0x80 : 0;
  const first = (isFinal ? 0x80 : 0) | opcode;
  let head: Buffer;
  if (length < 126) head = Buffer.from([first, mask | length]);
  else if (length < 65_536) head = Buffer.from([first, mask | 126, length >> 8, length & 255]);
  else {
    head = Buffer.alloc(10);
    head.set([first, mask | 127]);
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, Buffer.alloc(isMasked ? 4 : 0), body]);
}

/** How a connection ended: the WebSocket close code if one came, and all texts that were received. */
export interface Ending {
  readonly closeCode: number | undefined;
  readonly closeReason: string;
  readonly texts: readonly string[];
}

/** A client that can send any bytes: TCP and hand-made WebSocket frames, with no manners. */
export class RawClient {
  readonly socket: Socket;
  /** Resolves when TCP is closed. */
  readonly ended: Promise<Ending>;
  readonly #texts: string[] = [];
  readonly #waiting: { matches: (text: string) => boolean; resolve: (text: string) => void }[] = [];
  #closeCode: number | undefined;
  #closeReason = '';
  #pending = Buffer.alloc(0);
  #isUpgraded = false;

  private constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (chunk) => this.#receive(chunk));
    this.ended = new Promise((resolve) => {
      this.socket.on('error', () => {});
      this.socket.on('close', () =>
        resolve({ closeCode: this.#closeCode, closeReason: this.#closeReason, texts: this.#texts }),
      );
    });
  }

  /** A TCP connection on which nothing has been said. */
  static tcp(port: number): RawClient {
    return new RawClient(port);
  }

  /** Upgraded to WebSocket; engine.io has opened. */
  static async upgraded(port: number, headers: Record<string, string> = {}): Promise<RawClient> {
    const client = new RawClient(port);
    client.socket.write(upgradeRequest(headers));
    await client.text((text) => text.startsWith('0'));
    return client;
  }

  /** Upgraded, and the socket.io namespace is open. */
  static async opened(port: number): Promise<RawClient> {
    const client = await RawClient.upgraded(port);
    client.send('40');
    await client.text((text) => text.startsWith('40'));
    return client;
  }

  /** Opened, and a member of `network`; resolves with its id too. */
  static async joined(port: number, network: string): Promise<{ client: RawClient; id: string }> {
    const client = await RawClient.opened(port);
    client.send(`420${JSON.stringify(['join', { network, kind: 'browser' }])}`);
    const answer = await client.text((text) => text.startsWith('430'));
    return { client, id: JSON.parse(answer.slice(3))[0].id };
  }

  /** Sends one text frame. */
  send(text: string): void {
    this.socket.write(frame(text));
  }

  /** The first text that matches, of those received and those to come. */
  text(matches: (text: string) => boolean): Promise<string> {
    const found = this.#texts.find(matches);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ matches, resolve });
      void this.ended.then(() => reject(new Error(`ended after ${JSON.stringify(this.#texts)}`)));
    });
  }

  #receive(chunk: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    if (!this.#isUpgraded) {
      const end = this.#pending.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = this.#pending.toString('latin1', 0, end);
      if (!head.startsWith('HTTP/1.1 101')) {
        this.#texts.push(this.#pending.toString());
        this.#pending = Buffer.alloc(0);
        return;
      }
      this.#isUpgraded = true;
      this.#pending = this.#pending.subarray(end + 4);
    }
    while (this.#pending.length >= 2) {
      const short = this.#pending[1]!;
      const start = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (this.#pending.length < start) return;
      const length =
        short === 126
          ? this.#pending.readUInt16BE(2)
          : short === 127
            ? Number(this.#pending.readBigUInt64BE(2))
            : short;
      if (this.#pending.length < start + length) return;
      this.#take(this.#pending[0]! & 15, this.#pending.subarray(start, start + length));
      this.#pending = this.#pending.subarray(start + length);
    }
  }

  #take(opcode: number, payload: Buffer): void {
    if (opcode === opcodes.close) {
      this.#closeCode = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
      this.#closeReason = payload.toString('utf8', 2);
    }
    if (opcode !== opcodes.text) return;
    const text = payload.toString();
    this.#texts.push(text);
    for (const waiter of this.#waiting) if (waiter.matches(text)) waiter.resolve(text);
  }
}

/** An HTTP request that asks for the signaling WebSocket. */
export function upgradeRequest(
  headers: Record<string, string> = {},
  target = '/socket.io/?EIO=4&transport=websocket',
): string {
  const all = {
    Host: '127.0.0.1',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${target} HTTP/1.1\r\n${lines.join('')}\r\n`;
}
