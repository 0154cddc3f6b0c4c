/** Pages that know nothing but the addresses of gateways: no signaling server runs anywhere. */
import type { Gateway } from '@vision-light/gateway';
import { expect, it } from 'vitest';
import { Visitor } from './browser.js';
import { reaches, smallNetwork } from './servers.js';
import { Stage } from './stage.js';

const HISTORY = 2500;
/** Only there to end what hangs: a dial just before a gateway comes back costs half a minute until the next one. */
const DIALS_MS = 180_000;
const stage = new Stage();
const { servers } = stage;

it(
  'lets a page sync by the address of a gateway alone, and find it again after both were closed',
  async () => {
    const network = smallNetwork('vision-e2e-direct');
    const dataDir = await servers.folder();
    const gateway = await servers.gateway({ network, dataDir, history: HISTORY });
    await reaches(gateway, HISTORY + 1);
    const url = await servers.page(network, [], { gateways: gateway.addresses.slice(0, 1) });
    const page = await Visitor.open(stage.browser, url);
    await page.reaches(HISTORY + 1);
    await page.reaches(gateway.tip.height + 1);
    await page.hasPeers(1, 'gateway');

    await page.hasStored(HISTORY);
    expect((await page.reload()).height).toBeGreaterThanOrEqual(HISTORY);
    await page.reaches(gateway.tip.height + 1);

    await gateway.close();
    const directPort = portOf(gateway);
    const back = await servers.gateway({ network, dataDir, directPort });
    expect(back.addresses).toEqual(gateway.addresses);
    await page.reaches(back.tip.height + 1);
    expect(page.complaints).toEqual([]);
  },
  DIALS_MS,
);

it('never connects to a gateway with another certificate, and says so', async () => {
  const network = smallNetwork('vision-e2e-direct-other');
  const gateway = await servers.gateway({ network, history: 20 });
  const [address = ''] = gateway.addresses;
  const other = address.replace(/\/.*/, `/${'ab'.repeat(32)}`);
  const page = await Visitor.open(stage.browser, await servers.page(network, [], { gateways: [other] }));
  await page.isTold('GATEWAY_CHANGED');
  expect(await codesOf(page)).toEqual(['GATEWAY_CHANGED']);
  expect((await page.tip()).height).toBe(0);
  expect(gateway.peers()).toEqual([]);
});

it('goes on with the gateway that answers if another one does not', async () => {
  const network = smallNetwork('vision-e2e-direct-two');
  const gateway = await servers.gateway({ network, history: 20 });
  const dead = await servers.gateway({ network, history: 0 });
  await dead.close();
  const gateways = [dead, gateway].map(({ addresses }) => addresses[0] ?? '');
  const page = await Visitor.open(stage.browser, await servers.page(network, [], { gateways }));
  await page.reaches(20);
  await page.isTold('GATEWAY_UNREACHABLE');
  expect(await codesOf(page)).toEqual(['GATEWAY_UNREACHABLE']);
});

/** The codes of all errors that the page shows. */
function codesOf({ page }: Visitor): Promise<(string | undefined)[]> {
  return page.$$eval('[data-testid="notices"] > [data-code]', (notices) =>
    notices.map((notice) => (notice as HTMLElement).dataset.code),
  );
}

/** The UDP port in the addresses of a gateway. */
function portOf({ addresses }: Gateway): number {
  return Number(/:(\d+)\//.exec(addresses[0] ?? '')?.[1]);
}
