import { createKey, createLightNode } from '@vision-light/browser-node';
import { untilConfirmed } from './until-confirmed.js';

/** Who is paid, and how many confirmations open the article. */
const shop = '0123456789abcdef'.repeat(4);
const confirmations = 3;

const node = await createLightNode({ network: 'vision-devnet', signal: ['http://localhost:8081'] });
const element = <Type extends HTMLElement>(id: string) => document.getElementById(id) as Type;
const button = element<HTMLButtonElement>('pay');
const progress = element('progress');

/** Signs and sends a payment with the visitor's key. A wallet would do this. */
async function pay(): Promise<string> {
  const key = await createKey();
  const args = JSON.stringify({ to: shop, amount: 25 });
  const fields = { module: 'cash', method: 'transfer', args, tip: 1n };
  return node.sendTx(await key.sign(fields, await node.nextNonce(key.publicKey))).id;
}

async function open(id: string): Promise<void> {
  button.hidden = true;
  await untilConfirmed(node, id, confirmations, (count) => {
    progress.textContent = `${count} of ${confirmations} confirmations`;
  });
  progress.textContent = 'Paid.';
  element('article').hidden = false;
}

button.disabled = false;
button.onclick = async () => {
  const id = await pay();
  // So that a reload goes on waiting instead of asking for the money again.
  localStorage.setItem('paid', id);
  await open(id);
};
const paid = localStorage.getItem('paid');
if (paid !== null) await open(paid);
