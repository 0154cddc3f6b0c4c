import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defined } from '../assert.js';
import { ByteReader } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import { bytesToHex } from '../bytes/hex.js';
import { bodyFaults } from '../chain/body-fault.js';
import { headerFaults } from '../chain/header-fault.js';
import { isStrictSignature } from '../chain/strict-signature.js';
import { transactionFaults } from '../chain/transaction-fault.js';
import { type NetworkName, resolveNetwork } from '../families/networks.js';
import { bodyTransactionsMax, transactionBytesMax } from '../families/vision/block/body-codec.js';
import * as limits from '../limits.js';
import { peerFaults } from '../peer/peer-fault.js';
import { verifyTxProof } from '../proofs/verify-tx-proof.js';
import { decodeTxProof } from '../proofs/write-proof.js';
import { decodeMessage, encodeMessage } from './codec.js';
import { frameMessage, MessageAssembler } from './framing.js';
import { messageRows, messageTable } from './message-table.js';
import { PROTOCOL_VERSION, PROTOCOL_VERSION_MIN, signedHello } from './messages/hello.js';
import { SIGNAL_NONCE_BYTES, signedSignal } from './messages/introductions.js';
import { wireFaults } from './wire-fault.js';

const document = readFileSync(new URL('../../PROTOCOL.md', import.meta.url), 'utf8');

interface Example {
  /** What stands after `hex`. */
  readonly title: readonly string[];
  readonly bytes: Uint8Array;
}

/** Each line: bytes in hex, then after at least two spaces what they mean. */
function findExamples(text: string): Example[] {
  return [...text.matchAll(/^```hex (.+)\n([^`]*)^```$/gm)].map(([, title = '', body = '']) => {
    const digits = body.split('\n').map((line) => (line.split(/ {2,}/)[0] ?? '').replaceAll(' ', ''));
    return { title: title.split(' '), bytes: Uint8Array.from(Buffer.from(digits.join(''), 'hex')) };
  });
}

const examples = findExamples(document);
const titled = (kind: string): Example[] => examples.filter(({ title }) => title[0] === kind);

/** PROTOCOL.md's list of messages: what the table of rows says, in its order. */
function renderMessageList(): string {
  const requestId = {
    challenge: '0',
    greeting: '0',
    farewell: '0',
    notice: '0',
    request: 'chosen by the sender',
  };
  const lines = messageRows.map(({ type, typeByte, kind, bytesMax, cost }) => {
    const id = kind === 'answer' ? 'that of the request' : requestId[kind];
    return `| ${typeByte} | \`${type}\` | ${kind} | ${id} | ${bytesMax.toLocaleString('en')} | ${cost} |`;
  });
  return [
    '| type | message | kind | request id | bytes at most | cost |',
    '|--:|---|---|---|--:|--:|',
    ...lines,
  ].join('\n');
}

describe('PROTOCOL.md', () => {
  it('has an example of each message, and all are what they are called', () => {
    const types = messageRows.map(({ type }) => type);
    for (const type of types) {
      expect(titled(type).length, type).toBeGreaterThan(0);
      for (const { bytes } of titled(type)) {
        const result = decodeMessage(bytes);
        expect(result).toMatchObject({ ok: true, message: { type } });
        if (result.ok) expect(bytesToHex(encodeMessage(result.message))).toBe(bytesToHex(bytes));
      }
    }
    const others = ['stream', 'batch', 'body', 'proof'].flatMap(titled);
    expect(others.length).toBe(examples.length - types.flatMap(titled).length);
  });

  it('lists the messages as the table has them', () => {
    expect(document).toContain(renderMessageList());
  });

  it('says in its remarks what the first hello says', () => {
    const result = decodeMessage(titled('hello')[0]?.bytes as Uint8Array);
    const { networkId } = resolveNetwork('vision-devnet');
    expect(result).toMatchObject({
      ok: true,
      message: {
        version: PROTOCOL_VERSION,
        minVersion: PROTOCOL_VERSION_MIN,
        time: 1_780_000_000,
        networkId,
        height: 2000,
        chainwork: 51234n,
        services: 1,
        userAgent: 'vision-light',
      },
    });
  });

  it('shows a hello whose signature is for the challenge above it', () => {
    const [asked, answered] = [titled('challenge'), titled('hello')].map(([first]) =>
      decodeMessage(first?.bytes ?? new Uint8Array()),
    );
    const challenge = asked?.ok && asked.message.type === 'challenge' ? asked.message : undefined;
    const hello = answered?.ok && answered.message.type === 'hello' ? answered.message : undefined;
    if (challenge === undefined || hello?.identity === undefined) throw new Error('both are shown');
    const { key: publicKey, signature } = hello.identity;
    const message = signedHello(hello, hello.identity, challenge.nonce);
    expect(isStrictSignature({ publicKey, message, signature })).toBe(true);
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') },
      format: 'jwk',
    });
    expect(verify(null, message, key, signature)).toBe(true);
  });

  it('shows a signal that its sender has signed', () => {
    const result = decodeMessage(titled('relaySignal')[0]?.bytes ?? new Uint8Array());
    const signal = result.ok && result.message.type === 'relaySignal' ? result.message : undefined;
    if (signal === undefined) throw new Error('it is shown');
    const { networkId } = resolveNetwork('vision-devnet');
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(signal.sender).toString('base64url') },
      format: 'jwk',
    });
    expect(verify(null, signedSignal(networkId, signal), key, signal.signature)).toBe(true);
  });

  it('shows streams as they are framed', () => {
    expect(titled('stream').length).toBeGreaterThan(0);
    for (const { title, bytes } of titled('stream')) {
      const messages = new MessageAssembler(1000).push(bytes);
      const types = messages.map((message) => {
        const result = decodeMessage(message);
        return result.ok ? result.message.type : result.code;
      });
      expect(types).toEqual(title.slice(1));
      expect(
        Buffer.concat(messages.flatMap((message) => frameMessage(message, limits.FRAME_BYTES_MAX))),
      ).toEqual(Buffer.from(bytes));
    }
  });

  it('shows batches of both families', () => {
    expect(titled('batch').map(({ title }) => title[1])).toEqual(['bitcoin-mainnet', 'vision-devnet']);
    for (const { title, bytes } of titled('batch')) {
      const family = resolveNetwork(title[1] as NetworkName);
      const reader = new ByteReader(bytes);
      const batch = family.decodeBatch(reader, Number(title[2]), family.genesis.hash, 0);
      expect(reader.isDone).toBe(true);
      if (typeof batch === 'string') throw new Error(batch);
      const writer = new ByteWriter();
      family.encodeBatch(writer, batch);
      expect(bytesToHex(writer.bytes())).toBe(bytesToHex(bytes));
    }
  });

  it('shows bodies of both families', () => {
    expect(titled('body').map(({ title }) => title[1])).toEqual(['bitcoin-mainnet', 'vision-devnet']);
    for (const { title, bytes } of titled('body')) {
      const info = resolveNetwork(title[1] as NetworkName).describeBody(bytes);
      expect(info?.transactions.map(({ id }) => id)).toEqual([title[2]]);
    }
  });

  it('shows a proof in both of its forms, and it holds', () => {
    const [example] = titled('proof');
    const json: unknown = JSON.parse(/^```json\n([^`]*)^```$/m.exec(document)?.[1] ?? '');
    const { title, bytes } = defined(example, 'there is one');
    expect(decodeTxProof(bytes)).toEqual({ ok: true, proof: json });
    const hash = '00000000d1145790a8694403d4063f323d499e655c83426834d4ce2f8dd4a2ee';
    const anchor = { network: 'bitcoin-mainnet', height: 170, hash } as const;
    expect(verifyTxProof(bytes, anchor)).toMatchObject({ ok: true, txid: title[2], position: 1, count: 2 });
    const text = document.replaceAll(/\s+/g, ' ');
    const { PROOF_BYTES_MAX, PROOF_HEADERS_MAX, GET_TX_BLOCK_PER_MINUTE_MAX } = limits;
    expect(text).toContain(
      `at most ${PROOF_BYTES_MAX.toLocaleString('en')} bytes and ${PROOF_HEADERS_MAX.toLocaleString('en')} headers`,
    );
    expect(text).toContain(`at most ${GET_TX_BLOCK_PER_MINUTE_MAX} times a minute`);
  });

  it('shows compact blocks and their parts as the families write them', () => {
    const read: unknown[] = [];
    for (const type of ['compactBlock', 'getBlockTxns', 'blockTxns'])
      for (const { title, bytes } of titled(type)) {
        const family = resolveNetwork(title[1] as NetworkName);
        const result = decodeMessage(bytes);
        const message = result.ok ? result.message : undefined;
        if (message?.type === 'compactBlock') {
          const block = defined(family.decodeCompact(message.block, message.height), 'an example is good');
          expect(bytesToHex(family.encodeCompact(block))).toBe(bytesToHex(message.block));
          read.push([block.shortIds.length / 6, ...block.prefilled.map(({ index }) => index)]);
        } else if (message?.type === 'getBlockTxns') {
          read.push(family.decodePlaces(message.places)?.items);
        } else if (message?.type === 'blockTxns') {
          read.push(family.decodeTransactions(message.transactions)?.items.map(({ length }) => length));
        }
      }
    expect(read).toEqual([[9, 0], [0], [2, 5, 6], [65]]);
  });

  it('names every code that a peer can be told, and no other', () => {
    const known = Object.keys({
      ...wireFaults,
      ...peerFaults,
      ...headerFaults,
      ...bodyFaults,
      ...transactionFaults,
    });
    const named = new Set(document.match(/\b(?:WIRE|PEER|HEADER|BODY|TX|SIGNAL)_[A-Z_]+\b/g));
    expect([...named].sort()).toEqual(known.sort());
  });

  it('says the numbers that hold', () => {
    const text = document.replaceAll(/\s+/g, ' ');
    const vision = resolveNetwork('vision-devnet');
    const bitcoin = resolveNetwork('bitcoin-mainnet');
    for (const said of [
      `2 MiB (${vision.messageBytesMax.toLocaleString('en')}) for Vision and ${bitcoin.messageBytesMax / 2 ** 20} MiB for Bitcoin`,
      `a \`headers\` message is at most ${messageTable.headers.bytesMax.toLocaleString('en')} bytes, a \`blocks\` message at most ${messageTable.blocks.bytesMax.toLocaleString('en')}, an \`inv\` at most ${messageTable.inv.bytesMax.toLocaleString('en')}, a \`txs\` at most ${messageTable.txs.bytesMax.toLocaleString('en')}, any other at most ${messageTable.hello.bytesMax.toLocaleString('en')}`,
      `at most ${limits.FRAME_BYTES_MAX.toLocaleString('en')} bytes`,
      `never below ${limits.FRAME_BYTES_MIN.toLocaleString('en')}`,
      `varint count (at most ${limits.LOCATOR_HASHES_MAX})`,
      `count varint, 0 … ${limits.HEADERS_PER_MESSAGE_MAX}`,
      `hashes varint count (1 … ${limits.BLOCK_HASHES_MAX})`,
      `at most ${vision.bodyBytesMax.toLocaleString('en')} bytes for Vision and ${bitcoin.bodyBytesMax.toLocaleString('en')} for Bitcoin`,
      `at most ${bodyTransactionsMax.toLocaleString('en')} transactions of at most ${transactionBytesMax.toLocaleString('en')} bytes`,
      `max varint, 1 … ${limits.HEADERS_PER_MESSAGE_MAX}`,
      `at most ${limits.HEADERS_PAYLOAD_BYTES_MAX.toLocaleString('en')} bytes: \`count\``,
      `ascii at most ${limits.USER_AGENT_BYTES_MAX}`,
      `at most ${limits.HELD_MESSAGES_MAX} of them with at most ${limits.HELD_BYTES_MAX.toLocaleString('en')} bytes`,
      `code ascii, at most ${limits.REJECT_CODE_BYTES_MAX}`,
      `from which nothing came for ${limits.PING_INTERVAL_MS / 1000} s, and any other ${limits.PING_INTERVAL_MAX_MS / 1000} s after its last pong; up to ${limits.PING_SLACK_MS / 1000} s early`,
      `said it ${limits.HELLO_TIMEOUT_MS / 1000} s after`,
      `must end ${limits.MESSAGE_TIMEOUT_MS / 1000} s after`,
      `${limits.MESSAGES_PER_SECOND_MAX} messages a second, and ${limits.MESSAGES_BURST_MAX} at once`,
      `at least ${limits.REQUEST_TIMEOUT_MIN_MS / 1000} s and at most ${limits.REQUEST_TIMEOUT_MAX_MS / 1000} s`,
      `for each ${limits.ANSWER_BYTES_PER_SECOND_MIN / 1024} KiB that have come of a \`headers\` message there is a second more, up to ${limits.MESSAGE_TIMEOUT_MS / 1000} s`,
      `pause a peer for ${limits.PAUSE_MS / 1000} s`,
      `more than ${limits.SEND_BUFFER_BYTES_MAX / 2 ** 20} MiB wait for a peer`,
      `${limits.SERVED_BYTES_BURST_MAX / 2 ** 20} MiB at once and then ${limits.SERVED_BYTES_PER_SECOND_MAX / 2 ** 20} MiB a second`,
      `${limits.GATEWAY_SERVED_BYTES_PER_SECOND_MAX / 2 ** 20} MiB a second.`,
      `at most ${limits.DEFERRED_REQUESTS_MAX} for headers and ${limits.DEFERRED_BLOCK_REQUESTS_MAX} for bodies`,
      `has not taken ${limits.UNSENT_BYTES_MAX / 2 ** 20} MiB`,
      `the last ${limits.LATE_ANSWERS_MAX} such answers`,
      `at most once in ${limits.ANNOUNCE_INTERVAL_MS / 1000} s`,
      `relay ids varint count (1 … ${limits.TX_ANNOUNCED_MAX.toLocaleString('en')})`,
      `relay ids varint count (1 … ${limits.TX_REQUESTED_MAX})`,
      `transactions varint count (1 … ${limits.TX_REQUESTED_MAX}); each: varint length (at most ${limits.TX_BYTES_MAX.toLocaleString('en')})`,
      `once it has ${limits.TX_ANSWER_BYTES_MAX.toLocaleString('en')} bytes of transactions`,
      `on average ${limits.TX_TELL_INTERVAL_MS / 1000} s apart to a peer that came to it, ${limits.TX_TELL_CHOSEN_INTERVAL_MS / 1000} s to one`,
      `keeps ${limits.TX_ANNOUNCEMENTS_PER_PEER_MAX.toLocaleString('en')} announcements of each peer`,
      `has not sent it for ${limits.TX_REQUEST_TIMEOUT_MS / 1000} s`,
      `lets ${limits.TX_SERVED_MAX} wait; more are`,
      `after one of the last ${limits.ASKING_TIPS} tips`,
      `${limits.ANNOUNCED_AT_ONCE} others, those first`,
      `to the rest ${limits.ANNOUNCE_LATE_MS / 1000} to ${(2 * limits.ANNOUNCE_LATE_MS) / 1000} s later`,
      `until ${limits.ANNOUNCE_QUIET_MS / 1000} to ${(2 * limits.ANNOUNCE_QUIET_MS) / 1000} s have passed since then, or up to ${limits.ANNOUNCE_LATE_MS / 1000} s less`,
      `count varint, 1 … ${limits.INTRODUCED_KEYS_MAX}`,
      `at most once in ${limits.GET_PEERS_INTERVAL_MS / 1000} s, and is answered at most ${limits.GET_PEERS_PER_MINUTE_MAX} times a minute`,
      `nonce ${SIGNAL_NONCE_BYTES} bytes`,
      `payload varint length (1 … ${limits.SIGNAL_BYTES_MAX.toLocaleString('en')})`,
      `at most ${limits.SIGNALS_VERIFYING_MAX} at a time and ${limits.SIGNALS_VERIFYING_PER_PEER_MAX} of one peer`,
      `within ${limits.SIGNAL_TIME_S} s of its clock`,
      `no answer in ${limits.INTRODUCTION_TIMEOUT_MS / 1000} s`,
      `may send ${limits.SIGNALS_PER_MINUTE_MAX} of these messages a minute`,
      `at most ${limits.SIGNALS_PER_RECIPIENT_MAX} a minute on to one peer, and at most ${limits.SIGNALS_PER_PAIR_MAX} a minute from`,
    ]) {
      expect(text).toContain(said);
    }
  });
});
