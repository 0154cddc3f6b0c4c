/** Introductions by way of peers: whoever has one connection needs no server any more. */
import { expect, it } from 'vitest';
import { Visitor } from './browser.js';
import { reaches, smallNetwork } from './servers.js';
import { Stage } from './stage.js';

type Node = Awaited<ReturnType<typeof import('@vision-light/browser-node').createLightNode>>;
interface Scope {
  readonly lightNode: Node;
}

const stage = new Stage();
const { servers } = stage;

/** Only there to end what hangs: an introduction that comes to nothing is tried again a minute later. */
const TRIES_MS = 180_000;

it(
  'bring a fourth page in when every server is gone, through the only page that it knows',
  async () => {
    const network = smallNetwork('vision-e2e-through-peers');
    const [first, second] = await Promise.all([servers.signal(), servers.signal()]);
    const signal = [first.url, second.url];
    const gateway = await servers.gateway({ network, signal, history: 40 });
    await reaches(gateway, 40);
    const url = await servers.page(network, signal);
    const three = await Promise.all([1, 2, 3].map(() => Visitor.open(stage.browser, url)));
    await Promise.all(three.map((visitor) => visitor.hasPeers(3)));
    await Promise.all([first.close(), second.close(), gateway.close()]);

    // A person has brought it together with one of the three.
    const fourth = await Visitor.open(stage.browser, url);
    const [known] = three as [Visitor, Visitor, Visitor];
    const invitation = await known.page.evaluate(async () => {
      const made = await (globalThis as unknown as Scope).lightNode.invite();
      return made.text;
    });
    const answer = await fourth.page.evaluate(async (text) => {
      const made = await (globalThis as unknown as Scope).lightNode.accept(text);
      return made?.text ?? '';
    }, invitation);
    await known.page.evaluate(async (text) => {
      await (globalThis as unknown as Scope).lightNode.accept(text);
    }, answer);

    // The two others know nothing of it but by that one.
    await Promise.all([fourth, ...three].map((visitor) => visitor.hasPeers(3, 'browser')));
    await known.close();
    const { height } = await (three[1] as Visitor).tip();
    await fourth.reaches(height);
    await fourth.hasPeers(2, 'browser');
    const keys = await fourth.page.evaluate(() =>
      (globalThis as unknown as Scope).lightNode.peers().map(({ key }) => key),
    );
    expect(new Set(keys).size).toBe(keys.length);
  },
  TRIES_MS,
);
