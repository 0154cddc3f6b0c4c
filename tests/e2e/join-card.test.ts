/** The page's card that joins two visitors by hand, with no signaling server: codes that are shown, pasted and scanned. */
import type { Page } from 'puppeteer-core';
import { beforeAll, expect, it } from 'vitest';
import { readCode } from './qr-codes.js';
import { smallNetwork } from './servers.js';
import { at, named, says, visitPage } from './shown-page.js';
import { Stage } from './stage.js';

const stage = new Stage();
let address: string;

beforeAll(async () => {
  address = `${await stage.servers.page(smallNetwork('vision-e2e-join-card'), [])}#/peers`;
});

const press = async (page: Page, name: string): Promise<void> =>
  (await named(page, 'button', name)).press('Enter');

const isStarted = (page: Page): Promise<string> => says(page, at('phase'), /^Connecting$/);

async function paste(page: Page, text: string): Promise<void> {
  const field = await named(page, 'textbox', 'Invitation or answer of the other page');
  await field.evaluate((element, text) => {
    (element as HTMLTextAreaElement).value = text;
  }, text);
  await press(page, 'Use this text');
}

it('joins two visitors by a code and by text, with the keyboard alone', async () => {
  const a = await visitPage(stage, { address });
  await isStarted(a);
  await press(a, 'Make an invitation');
  const invitation = await says(a, at('join-made'), /^VL1/);
  expect(await readCode(stage.browser, await named(a, 'image', 'Your invitation, as a QR code'))).toBe(
    invitation,
  );

  const b = await visitPage(stage, { address, width: 360 });
  await isStarted(b);
  await paste(b, invitation);
  const answer = await says(b, at('join-made'), /^VL1/);
  expect(await readCode(stage.browser, await named(b, 'image', 'Your answer, as a QR code'))).toBe(answer);
  // A page in the background draws nothing.
  await a.bringToFront();
  await paste(a, answer);
  for (const page of [a, b]) {
    await page.bringToFront();
    await says(page, at('join-answer'), /^The two pages are joined\.$/);
    await says(page, at('peers-lead'), /^1 peer: 1 browser/);
  }
  expect(await a.$(at('join-made'))).toBeNull();
});

it('says what is wrong with a text', async () => {
  const a = await visitPage(stage, { address });
  await isStarted(a);
  await paste(a, '');
  await says(a, at('join-answer'), /^Paste the text of the other page first\.$/);
  await paste(a, 'VL1HELLO');
  await says(a, at('join-answer'), /^This is no invitation/);
  await press(a, 'Make an invitation');
  await paste(a, await says(a, at('join-made'), /^VL1/));
  await says(a, at('join-answer'), /^This text was made here/);
});

it('says that the camera cannot be used, and goes on', async () => {
  const before = `navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'NotAllowedError'); };`;
  const a = await visitPage(stage, { address, before });
  await isStarted(a);
  await press(a, 'Scan a code');
  await says(a, at('join-answer'), /^The camera may not be used here/);
  await press(a, 'Make an invitation');
  await says(a, at('join-made'), /^VL1/);
});
