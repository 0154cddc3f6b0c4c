/** What every end-to-end test stands on: one browser, and servers that end with the test. */
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll } from 'vitest';
import { launchBrowser } from './browser.js';
import { Servers } from './servers.js';

/** Filled before the first test of the file, and ended after the last one. */
export class Stage {
  readonly servers = new Servers();
  #browser: Browser | undefined;

  constructor() {
    beforeAll(async () => {
      this.#browser = await launchBrowser();
    });
    afterAll(async () => {
      await this.#browser?.close();
      await this.servers.close();
    });
  }

  /** @throws outside of a test */
  get browser(): Browser {
    if (this.#browser === undefined) throw new Error('the browser is not there yet');
    return this.#browser;
  }
}
