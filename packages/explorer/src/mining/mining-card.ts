/** A switch for mining in this page, with what it has found, and what it costs. */
import { createElement, setText } from '../display/element.js';
import { countNoun, formatCount, formatRate } from '../display/quantities.js';
import { createHashLink } from '../routes/links.js';
import type { MiningSession } from '../session/mining-session.js';
import type { NodeSession, SessionState } from '../session/node-session.js';
import { createCard } from '../views/view.js';

/** Hidden where the network is not mined in pages. */
export class MiningCard {
  readonly element = createCard('Mining');
  readonly #session: NodeSession;
  readonly #switch = createElement('button', 'switch', 'Mine in this page');
  readonly #rate = createElement('dd', 'figure');
  readonly #found = createElement('dd', 'figure');
  /** Read out when it changes: the rate, which changes each second, is not in it. */
  readonly #words = createElement('p');
  readonly #blocks = createElement('ol', 'mined-list');
  #newest: string | undefined;

  constructor(session: NodeSession) {
    this.#session = session;
    this.element.dataset.testid = 'mining';
    this.element.hidden = true;
    this.#switch.type = 'button';
    this.#switch.setAttribute('role', 'switch');
    this.#switch.setAttribute('aria-checked', 'false');
    this.#switch.setAttribute('aria-describedby', 'mining-cost');
    this.#switch.dataset.testid = 'mining-switch';
    this.#switch.addEventListener('click', () => this.#toggle());
    const cost = createElement(
      'p',
      'note',
      'While this is on, one core of the processor works at full load: the device gets warm, and a battery is empty within hours. ' +
        'The page makes blocks without transactions, which have no value, and stops when it is closed. It is off whenever the ' +
        'page is opened.',
    );
    cost.id = 'mining-cost';
    this.#words.dataset.testid = 'mining-words';
    this.#words.setAttribute('role', 'status');
    this.#rate.dataset.testid = 'mining-rate';
    this.#found.dataset.testid = 'mining-found';
    this.#blocks.dataset.testid = 'mining-blocks';
    this.#blocks.setAttribute('aria-label', 'Blocks found in this visit, newest first');
    const figures = createElement('dl', 'mining-figures');
    figures.append(
      createFigure('Hashes a second', this.#rate),
      createFigure('Blocks found in this visit', this.#found),
    );
    this.element.append(this.#switch, cost, figures, this.#words, this.#blocks);
  }

  render({ lifecycle }: SessionState): void {
    const { node, mining } = this.#session;
    this.element.hidden = node?.canMine !== true;
    this.#switch.setAttribute('aria-checked', String(mining.isOn));
    setText(this.#rate, mining.hashesPerSecond === undefined ? '–' : formatRate(mining.hashesPerSecond));
    setText(this.#found, formatCount(mining.found));
    setText(this.#words, lifecycle === 'running' ? describeMining(mining) : '');
    this.#renderBlocks(mining);
  }

  #renderBlocks({ newest }: MiningSession): void {
    const [last] = newest;
    if (last?.hash === this.#newest) return;
    this.#newest = last?.hash;
    this.#blocks.replaceChildren(
      ...newest.map(({ height, hash }) => {
        const item = createElement('li');
        item.append(
          createElement('span', '', formatCount(height)),
          createHashLink({ view: 'header', at: hash }, hash, true),
        );
        return item;
      }),
    );
  }

  #toggle(): void {
    const { node, mining } = this.#session;
    if (mining.isOn) mining.stop();
    else if (node !== undefined) void mining.start(node);
  }
}

function createFigure(name: string, value: HTMLElement): HTMLElement {
  const figure = createElement('div');
  figure.append(createElement('dt', '', name), value);
  return figure;
}

/** What it does now, in a sentence that does not change each second. */
export function describeMining(
  mining: Pick<MiningSession, 'isOn' | 'height' | 'found' | 'newest' | 'fault'>,
): string {
  const { isOn, height, found, newest, fault } = mining;
  if (fault !== undefined) return `Mining has stopped: ${fault}`;
  if (!isOn) return 'Off.';
  const [last] = newest;
  const finding =
    last === undefined
      ? ''
      : ` ${countNoun(found, 'block')} found, the last one at height ${formatCount(last.height)}.`;
  return `${height === undefined ? 'On. It waits until the node is synced.' : 'On. It searches for the next block.'}${finding}`;
}
