/** A visitor scans the invitation of another one with a camera, which is a film of what the other page shows. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import puppeteer, { type Browser } from 'puppeteer-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumArgs, findChromium } from '../../scripts/setup/chromium.mjs';
import { pixelsOf } from './qr-codes.js';
import { smallNetwork } from './servers.js';
import { at, named, says, visitPage } from './shown-page.js';
import { Stage } from './stage.js';

/** Size of the film, as a camera of a laptop has it. */
const [WIDTH, HEIGHT] = [1280, 720];

const stage = new Stage();
let address: string;
let withCamera: Browser | undefined;

beforeAll(async () => {
  address = `${await stage.servers.page(smallNetwork('vision-e2e-join-by-camera'), [])}#/peers`;
});
afterAll(() => withCamera?.close());

/** One picture, grey around the code, as an uncompressed film that is shown again and again. */
function filmOf(code: {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}): Buffer {
  const luma = Buffer.alloc(WIDTH * HEIGHT, 120);
  const [left, top] = [(WIDTH - code.width) >> 1, (HEIGHT - code.height) >> 1];
  for (let y = 0; y < code.height; y += 1)
    for (let x = 0; x < code.width; x += 1)
      luma[(top + y) * WIDTH + left + x] =
        16 + Math.round(((code.data[(y * code.width + x) * 4] ?? 0) * 219) / 255);
  const chroma = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  const head = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420mpeg2\nFRAME\n`);
  return Buffer.concat([head, luma, chroma]);
}

it('joins two visitors, of whom one scans what the other one shows', async () => {
  const a = await visitPage(stage, { address });
  await says(a, at('phase'), /^Connecting$/);
  await (await named(a, 'button', 'Make an invitation')).press('Enter');
  await says(a, at('join-made'), /^VL1/);
  const code = await pixelsOf(stage.browser, await named(a, 'image', 'Your invitation, as a QR code'));
  const film = path.join(await stage.servers.folder(), 'code.y4m');
  await writeFile(film, filmOf(code));
  const camera = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'];
  withCamera = await puppeteer.launch({
    executablePath: await findChromium(),
    args: [...chromiumArgs, ...camera, `--use-file-for-fake-video-capture=${film}`],
  });
  const b = await withCamera.newPage();
  await b.goto(address);
  await says(b, at('phase'), /^Connecting$/);
  await (await named(b, 'button', 'Scan a code')).press('Enter');
  const answer = await says(b, at('join-made'), /^VL1/);
  // The camera is off again.
  expect(await b.$eval('video', ({ hidden, srcObject }) => hidden && srcObject === null)).toBe(true);
  const field = await named(a, 'textbox', 'Invitation or answer of the other page');
  await field.evaluate((element, text) => {
    (element as HTMLTextAreaElement).value = text;
  }, answer);
  await (await named(a, 'button', 'Use this text')).press('Enter');
  for (const page of [a, b]) await says(page, at('join-answer'), /^The two pages are joined\.$/);
});
