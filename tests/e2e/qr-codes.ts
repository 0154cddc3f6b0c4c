/** Reads QR codes as a camera sees them: from what a page has drawn. */
import type { Browser, ElementHandle } from 'puppeteer-core';
import { decodeQR } from 'qr/decode.js';

/** A picture, four bytes a pixel. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** What an element looks like. The browser decodes the screenshot, in a page of its own. */
export async function pixelsOf(browser: Browser, element: ElementHandle): Promise<Pixels> {
  const png = await element.screenshot({ encoding: 'base64' });
  const page = await browser.newPage();
  const { data, ...size } = await page.evaluate(async (png) => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.width, image.height];
    const context = canvas.getContext('2d') as CanvasRenderingContext2D;
    context.drawImage(image, 0, 0);
    const { width, height, data } = context.getImageData(0, 0, image.width, image.height);
    return { width, height, data: btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join('')) };
  }, png);
  await page.close();
  return { ...size, data: Uint8Array.from(Buffer.from(data, 'base64')) };
}

/** What the code says that an element shows. @throws {Error} if it shows none */
export async function readCode(browser: Browser, element: ElementHandle): Promise<string> {
  return decodeQR(await pixelsOf(browser, element));
}
