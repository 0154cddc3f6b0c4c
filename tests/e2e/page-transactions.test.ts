/** What a visitor of the built page can send, and is told of it: by the form, without a line of code. */
import type { Page } from 'puppeteer-core';
import { beforeAll, expect, it } from 'vitest';
import { reaches, smallNetwork } from './servers.js';
import { at, isSynced, named, says, visitPage } from './shown-page.js';
import { Stage } from './stage.js';

const network = smallNetwork('vision-e2e-page-transactions');
const stage = new Stage();
const { servers } = stage;
let address: string;

beforeAll(async () => {
  const { url, gateway } = await servers.minedPage(network, 10);
  await reaches(gateway, 11);
  address = url;
});

/** Opens the form, fills it by keyboard and sends it. */
async function pay(page: Page, to: string, amount: string): Promise<void> {
  await page.evaluate(() => {
    location.hash = '#/send';
  });
  for (const [role, name, text] of [
    ['textbox', 'Pay to (public key)', to],
    ['spinbutton', 'Amount', amount],
  ] as const) {
    const field = await named(page, role, name);
    await field.focus();
    await field.evaluate((input) => (input as HTMLInputElement).select());
    await page.keyboard.type(text);
  }
  await page.keyboard.press('Enter');
}

const receiver = '0123456789abcdef'.repeat(4);
const first = `${at('sent-list')} > li`;

it('a visitor sends something, reads what becomes of it until it is confirmed, and again on the next visit', async () => {
  const page = await visitPage(stage, { address });
  await isSynced(page);
  await says(page, at('mempool'), /^\d+ transactions? waits? for a block\.$/);
  await pay(page, receiver, '25');
  await says(page, at('mempool-size'), /^\d+ transactions? waits? for a block\.$/);
  const answer = await says(page, at('send-answer'), /^Sent [0-9a-f]{8}…: the next block may have it\.$/);
  const [, start] = /^Sent ([0-9a-f]{8})/.exec(answer) ?? [];
  await says(page, first, new RegExp(`^${start}…[0-9a-f]{8}\\s+\\d+ confirmations?$`));

  await page.reload();
  await says(page, first, new RegExp(`^${start}…[0-9a-f]{8}\\s+\\d+ confirmations?$`));
});

it('a visitor who names a wrong receiver is told in a sentence, and nothing is sent', async () => {
  const page = await visitPage(stage, { address });
  await isSynced(page);
  await pay(page, 'somebody', '25');
  await says(page, at('send-answer'), /^The receiver is a public key: 64 digits from 0 to 9 and a to f\.$/);
  expect(await page.$eval(at('send-to'), (field) => field.getAttribute('aria-invalid'))).toBe('true');
  expect(await page.$(first)).toBeNull();
  // It is not said any more once no receiver is named: then it is the visitor.
  await page.$eval(at('send-to'), (field) => {
    (field as HTMLInputElement).value = '';
  });
  await pay(page, '', '1');
  await says(page, at('send-answer'), /^Sent /);
  expect(await page.$eval(at('send-to'), (field) => field.getAttribute('aria-invalid'))).toBe('false');
});
