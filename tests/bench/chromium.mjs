/** The Chromium that the browser benches share, and what they do with their samples. */
import puppeteer from 'puppeteer-core';
import { chromiumArgs, findChromium } from '../../scripts/setup/chromium.mjs';

export async function launchChromium() {
  return puppeteer.launch({
    executablePath: await findChromium(),
    args: chromiumArgs,
    // A bench may take minutes for one answer; by itself puppeteer gives up after three.
    protocolTimeout: 20 * 60_000,
  });
}

/**
 * Processor time that the processes of some types have used, as Chromium counts it.
 *
 * @param {import('puppeteer-core').CDPSession} devtools  of the browser
 * @param {readonly string[]} types  such as `renderer`
 */
export async function cpuSeconds(devtools, types) {
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
  return processInfo
    .filter(({ type }) => types.includes(type))
    .reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

/** The middle of the samples. */
export function median(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
