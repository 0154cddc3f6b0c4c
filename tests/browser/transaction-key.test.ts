/** Keys that sign transactions, in a real browser. */
import { createKey, type TransactionFields } from '@vision-light/browser-node';
import { signableText, type VisionTransaction } from '@vision-light/protocol';
import { assertEqual, assertTrue, rejection } from './expect.js';
import { closeNodes, startNode } from './nodes.js';

let names = 0;
/** A name that no other test uses. */
const newName = (): string => `key ${names++} ${performance.timeOrigin}`;
const fields: TransactionFields = { module: 'cash', method: 'transfer', args: '{"to":"ab","amount":1}' };

const bytesOf = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(hex.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));

/** Whether WebCrypto finds the signature good. */
async function isGood(tx: VisionTransaction): Promise<boolean> {
  const key = await crypto.subtle.importKey('raw', bytesOf(tx.sender_pubkey), 'Ed25519', false, ['verify']);
  const message = new TextEncoder().encode(signableText(tx));
  return crypto.subtle.verify('Ed25519', key, bytesOf(tx.sig), message);
}

describe('a key of the page', () => {
  afterEach(closeNodes);

  it('is the same each time it is asked for, another one under another name, and keeps count of its nonces', async () => {
    const name = newName();
    const first = await createKey({ name });
    assertTrue(/^[0-9a-f]{64}$/.test(first.publicKey), first.publicKey);
    assertEqual((await first.sign(fields)).nonce, 0n, 'nonce');
    const again = await createKey({ name });
    assertEqual(again.publicKey, first.publicKey, 'key');
    assertEqual((await again.sign(fields)).nonce, 1n, 'nonce');
    assertEqual((await first.sign(fields, 7n)).nonce, 7n, 'nonce that was used elsewhere');
    assertEqual((await again.sign({ ...fields, nonce: 3n })).nonce, 3n, 'nonce that was asked for');
    assertEqual((await again.sign(fields)).nonce, 8n, 'nonce');
    assertTrue(
      (await createKey({ name: newName() })).publicKey !== first.publicKey,
      'two names have one key',
    );
  });

  it('never signs two transactions with one nonce, whoever asks at the same time', async () => {
    const name = newName();
    const keys = await Promise.all([createKey({ name }), createKey({ name }), createKey({ name })]);
    assertEqual(new Set(keys.map((key) => key.publicKey)).size, 1, 'keys');
    const signed = await Promise.all([0, 1, 2, 3, 4].flatMap(() => keys.map((key) => key.sign(fields))));
    const nonces = signed.map(({ nonce }) => Number(nonce)).sort((a, b) => a - b);
    assertEqual(String(nonces), String(nonces.map((_, i) => i)), 'nonces');
  });

  it('goes elsewhere as 64 digits', async () => {
    const [here, there] = [newName(), newName()];
    const key = await createKey({ name: here });
    await key.sign(fields);
    const secret = key.export();
    assertTrue(/^[0-9a-f]{64}$/.test(secret), 'not 64 digits');
    const moved = await createKey({ name: there, secret });
    assertEqual(moved.publicKey, key.publicKey, 'key');
    assertEqual((await createKey({ name: there })).publicKey, key.publicKey, 'key that was kept');
    assertTrue(await isGood(await moved.sign(fields)), 'the signature is not good');
    // What is there already has its count of nonces.
    assertEqual((await (await createKey({ name: here, secret })).sign(fields)).nonce, 1n, 'nonce');
    for (const bad of ['', secret.slice(2), `${secret.slice(1)}g`]) {
      const error = await rejection(createKey({ name: here, secret: bad }));
      assertTrue(error instanceof RangeError, String(error));
      assertTrue(bad === '' || !error.message.includes(bad), 'the error tells the secret');
    }
    assertEqual((await createKey({ name: here })).publicKey, key.publicKey, 'key after bad ones');
  });

  it('signs nothing once it is removed, or another one has its name', async () => {
    const name = newName();
    const removed = await createKey({ name });
    await removed.remove();
    assertEqual((await rejection(removed.sign(fields))).name, 'InvalidStateError', 'error');
    const next = await createKey({ name });
    assertTrue(next.publicKey !== removed.publicKey, 'it came back');
    assertEqual((await rejection(removed.sign(fields))).name, 'InvalidStateError', 'error');
    assertEqual((await createKey({ name })).publicKey, next.publicKey, 'key');
    assertEqual((await next.sign(fields)).nonce, 0n, 'nonce');
  });

  it('signs what a node takes, whatever is left out', async () => {
    const node = await startNode();
    const key = await createKey({ name: newName() });
    const filled: TransactionFields = {
      module: 'cash ü "\u2028',
      method: 'transfer\n',
      args: Uint8Array.of(0, 255, 128),
      access_list: ['acct:ab', 'ü'],
      tip: 2n ** 64n - 1n,
      fee_limit: 2n ** 64n - 1n,
      max_priority_fee_per_gas: 2n ** 128n - 1n,
      max_fee_per_gas: 2n ** 128n - 1n,
    };
    for (const each of [{ module: '', method: '' }, fields, filled]) {
      const tx = await key.sign(each, await node.nextNonce(key.publicKey));
      assertTrue(await isGood(tx), 'the signature is not good');
      const id = await node.sendTx(tx).id;
      assertTrue(/^[0-9a-f]{64}$/.test(id), 'no id');
      const status = await node.txStatus(id);
      const checked = status?.kind === 'pending' ? status.checked.join() : '';
      assertEqual(checked, 'form,size,signature,nonce', 'what is checked');
    }
    assertEqual(await node.txStatus('0'.repeat(64)), undefined, 'a transaction that nobody has sent');
    const { count } = await node.mempool();
    assertEqual(count, 3, 'transactions in the mempool');
    assertEqual(await node.nextNonce(key.publicKey), 3n, 'next nonce');
    const tooMuch = await key.sign({ ...fields, tip: 2n ** 64n });
    assertEqual((await rejection(node.sendTx(tooMuch).id)).code, 'TX_MALFORMED', 'code');
  });
});
