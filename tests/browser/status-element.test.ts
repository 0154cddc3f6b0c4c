/** The element `<vision-light-status>`: what it starts, shows, says and ends. */
import { type LightNodeHandle, trustReasons } from '@vision-light/browser-node';
import { defaultTexts, type VisionLightStatusElement } from '@vision-light/browser-node/element';
import { assertEqual, assertTrue } from './expect.js';
import { closeNodes, isClosed, signalAt, startNode } from './nodes.js';

const rootOf = (element: VisionLightStatusElement): ShadowRoot => {
  if (element.shadowRoot === null) throw new Error('the element has no shadow root');
  return element.shadowRoot;
};

/** The text of a part, as it is shown; undefined while the part is hidden. */
function shown(element: VisionLightStatusElement, part: string): string | undefined {
  const found = rootOf(element).querySelector<HTMLElement>(`[part~="${part}"]`);
  return found?.checkVisibility() ? (found.textContent ?? undefined) : undefined;
}

/** Resolves once a drawing has made it so; the element draws some milliseconds after what it is told. */
function until(element: VisionLightStatusElement, isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const observer = new MutationObserver(() => look());
    const look = (): void => {
      if (!isSo()) return;
      observer.disconnect();
      resolve();
    };
    const every = { childList: true, characterData: true, attributes: true, subtree: true };
    observer.observe(rootOf(element), every);
    look();
  });
}

function put(attributes: Readonly<Record<string, string>> = {}): VisionLightStatusElement {
  const element = document.createElement('vision-light-status');
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  document.body.append(element);
  return element;
}

const own = (): Readonly<Record<string, string>> => ({ storage: 'memory', signal: signalAt('honest') });

/** Resolves with the node that the element has started. */
async function nodeOf(element: VisionLightStatusElement): Promise<LightNodeHandle> {
  while (element.node === undefined) await changeOf(element);
  return element.node;
}

/** Resolves when the element has another node, or none. */
const changeOf = (element: VisionLightStatusElement): Promise<unknown> =>
  new Promise((resolve) => element.addEventListener('nodechange', resolve, { once: true }));

describe('<vision-light-status>', () => {
  afterEach(async () => {
    for (const element of document.querySelectorAll('vision-light-status')) element.remove();
    await closeNodes();
  });

  it('starts a node of its own, shows it, and closes it when it leaves the page', async () => {
    const element = put(own());
    const node = await nodeOf(element);
    await until(element, () => shown(element, 'phase-text') === defaultTexts.phases.connecting);
    assertEqual(shown(element, 'height'), '0', 'height');
    assertEqual(shown(element, 'peers'), '0', 'peers');
    assertEqual(shown(element, 'trust'), defaultTexts.levels.none, 'trust');
    assertEqual(shown(element, 'age'), undefined, 'age of genesis');
    element.remove();
    await isClosed(node);
    assertEqual(element.node, undefined, 'node of an element outside of the page');
  });

  it('keeps its node when it is moved within the page', async () => {
    const element = put(own());
    const node = await nodeOf(element);
    const place = document.createElement('div');
    document.body.append(place);
    place.append(element);
    // Drawn after the move.
    element.texts = { ...defaultTexts, peers: 'Neighbours' };
    await until(element, () => rootOf(element).textContent?.includes('Neighbours') ?? false);
    assertEqual(element.node, node, 'node');
    assertTrue(node.status.phase !== 'closed', 'the node was closed');
    place.remove();
    await isClosed(node);
  });

  it('starts another node when an attribute changes', async () => {
    const element = put(own());
    const first = await nodeOf(element);
    element.setAttribute('network', 'bitcoin-regtest');
    await isClosed(first);
    const second = await nodeOf(element);
    assertTrue(second.tip.hash !== first.tip.hash, 'the tip is of the same network');
    await until(
      element,
      () => rootOf(element).querySelector('[part=panel]')?.ariaLabel === 'Light node, bitcoin-regtest',
    );
  });

  it('shows a node that it is given and leaves it running', async () => {
    const node = await startNode();
    const element = put();
    let changes = 0;
    element.addEventListener('nodechange', () => changes++);
    element.node = node;
    await until(element, () => shown(element, 'phase-text') === defaultTexts.phases.connecting);
    assertEqual(changes, 1, 'number of changes');
    const changed = changeOf(element);
    element.remove();
    await changed;
    assertEqual(element.node, undefined, 'node of an element outside of the page');
    assertTrue(node.status.phase !== 'closed', 'the node was closed');
  });

  it('says why trust is not full, in the sentences of the library or of the page', async () => {
    const element = put(own());
    const node = await nodeOf(element);
    await until(element, () => shown(element, 'why-label') === defaultTexts.why);
    assertEqual(shown(element, 'reason'), undefined, 'reason before it is asked for');
    rootOf(element).querySelector<HTMLElement>('[part=why-label]')?.click();
    await until(element, () => shown(element, 'reason') === trustReasons.NO_PEERS);
    const said = [...rootOf(element).querySelectorAll('[part=reason]')].map(({ textContent }) => textContent);
    const meant = node.trust().reasons.map((code) => trustReasons[code]);
    assertEqual(said.join('|'), meant.join('|'), 'reasons');
    element.texts = { ...defaultTexts, reasons: { NO_PEERS: 'Keine Gegenstelle.' } };
    await until(element, () => shown(element, 'reason') === 'Keine Gegenstelle.');
    // A node that has ended says nothing of trust.
    element.setAttribute('network', 'no-such-network');
    await until(element, () => shown(element, 'fault') !== undefined);
    assertEqual(shown(element, 'why-label'), undefined, 'reasons without a node');
  });

  it('says why it has no node, in the words of the option', async () => {
    const element = put({ signal: signalAt('honest'), network: 'no-such-network' });
    await until(element, () => shown(element, 'fault') !== undefined);
    assertEqual(shown(element, 'phase-text'), defaultTexts.phases.failed, 'phase');
    assertTrue(
      shown(element, 'fault')?.includes('no-such-network') ?? false,
      `it says: ${shown(element, 'fault')}`,
    );
    // Another network, another attempt.
    element.setAttribute('network', 'vision-devnet');
    await nodeOf(element);
    await until(element, () => shown(element, 'fault') === undefined);
  });

  it('reads out what stays, and not what passes by', async () => {
    const element = put(own());
    const spoken = rootOf(element).querySelector('[role=status]') as HTMLElement;
    const said: (string | null)[] = [];
    await new Promise<void>((resolve) => {
      const watch = new MutationObserver(() => {
        said.push(spoken.textContent);
        resolve();
      });
      watch.observe(spoken, { childList: true, characterData: true, subtree: true });
    });
    // "Starting" passed by before.
    assertEqual(
      said.join('|'),
      `Light node: ${defaultTexts.phases.connecting}. Trust: None`,
      'what was said',
    );
  });

  it('speaks another language, with its numbers', async () => {
    const place = document.createElement('div');
    place.lang = 'ar-EG';
    document.body.append(place);
    const element = put(own());
    place.append(element);
    element.texts = { ...defaultTexts, peers: 'أقران' };
    await nodeOf(element);
    await until(element, () => shown(element, 'peers') === '٠');
    assertTrue(rootOf(element).textContent?.includes('أقران') ?? false, 'the label is another one');
    place.remove();
  });

  it('takes its colours from the page', async () => {
    const element = put(own());
    element.style.setProperty('--vision-light-background', 'rgb(1, 2, 3)');
    const panel = rootOf(element).querySelector('[part=panel]') as HTMLElement;
    assertEqual(getComputedStyle(panel).backgroundColor, 'rgb(1, 2, 3)', 'background');
    element.style.removeProperty('--vision-light-background');
    element.style.colorScheme = 'dark';
    const dark = getComputedStyle(panel).backgroundColor;
    element.style.colorScheme = 'light';
    assertTrue(dark !== getComputedStyle(panel).backgroundColor, `${dark} in both schemes`);
  });
});
