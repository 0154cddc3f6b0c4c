/** What every end-to-end test stands on: one browser, and servers that end with the test. */
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll } from 'vitest';
import { engine, launchBrowser, type Scheme } from './browser.js';
import { Servers } from './servers.js';

/** Filled before the first test of the file, and ended after the last one. */
export class Stage {
  readonly servers = new Servers();
  #browser: Browser | undefined;
  #dark: Promise<Browser> | undefined;

  constructor() {
    beforeAll(async () => {
      this.#browser = await launchBrowser();
    });
    afterAll(async () => {
      await this.#browser?.close();
      await (await this.#dark)?.close();
      await this.servers.close();
    });
  }

  /** @throws outside of a test */
  get browser(): Browser {
    if (this.#browser === undefined) throw new Error('the browser is not there yet');
    return this.#browser;
  }

  /** The browser of a visitor who prefers these colours; for dark ones another, which is started when it is first needed. */
  async browserIn(scheme: Scheme): Promise<Browser> {
    if (scheme === 'light') return this.browser;
    this.#dark ??= launchBrowser(engine, scheme);
    return this.#dark;
  }
}
