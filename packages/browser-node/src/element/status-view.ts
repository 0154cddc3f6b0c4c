/** What stands in the element's shadow root, and how it follows a state. It knows no node. */

import type { TrustLevel } from '../index.js';
import { look } from './status-look.js';
import { ageText, type StatusTexts } from './status-texts.js';

/** What the view shows. */
export interface ShownState {
  readonly network?: string | undefined;
  readonly phase: keyof StatusTexts['phases'];
  /** 0 to 1. */
  readonly progress?: number;
  readonly height?: number;
  readonly peers?: number;
  /** Of the newest block, in seconds. */
  readonly age?: number | undefined;
  readonly trust?: TrustLevel;
  /** Why that is not full, as sentences. */
  readonly reasons?: readonly string[];
  /** Why there is no node, as a sentence. */
  readonly fault?: string;
}

/** How long phase and trust have to stay as they are before they are read out, in ms: a start passes through three phases. */
const SPOKEN_AFTER_MS = 2000;

const moods: Readonly<Record<ShownState['phase'], 'good' | 'busy' | 'bad'>> = {
  starting: 'busy',
  connecting: 'busy',
  syncing: 'busy',
  synced: 'good',
  stalled: 'bad',
  closed: 'bad',
  failed: 'bad',
};

const rowNames = ['height', 'peers', 'age', 'trust'] as const;
type RowName = (typeof rowNames)[number];

function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  part: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  element.part.add(...part.split(' '));
  element.className = part.split(' ')[0] ?? '';
  element.append(...children);
  return element;
}

/** Sets a text only where it differs, so that nothing is drawn for nothing. */
function say(element: HTMLElement, text: string | undefined): void {
  element.hidden = text === undefined;
  if (text !== undefined && element.textContent !== text) element.textContent = text;
}

/** The element's content. Everything is put there as text. */
export class StatusView {
  readonly #panel: HTMLElement;
  readonly #mark = make('span', 'mark');
  readonly #phase = make('span', 'phase-text');
  readonly #rows: Readonly<Record<RowName, readonly [HTMLElement, HTMLElement]>>;
  readonly #summary = make('summary', 'why-label');
  readonly #reasons = make('ul', 'reasons');
  readonly #why = make('details', 'why', this.#summary, this.#reasons);
  readonly #fault = make('p', 'fault');
  /** The only live region: it says phase and trust, and neither heights nor ages, which change all the time. */
  readonly #spoken = make('span', 'spoken');
  #pending: { readonly text: string; readonly timer: ReturnType<typeof setTimeout> } | undefined;

  /** @param opened  called when somebody wants to read the reasons */
  constructor(root: ShadowRoot, opened: () => void) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(look);
    // Not a <style> element, which a content security policy may forbid.
    root.adoptedStyleSheets = [sheet];
    this.#mark.ariaHidden = 'true';
    this.#why.addEventListener('toggle', opened);
    this.#spoken.setAttribute('role', 'status');
    const row = (name: RowName): readonly [HTMLElement, HTMLElement] => [
      make('dt', 'label'),
      make('dd', `value ${name}`),
    ];
    this.#rows = { height: row('height'), peers: row('peers'), age: row('age'), trust: row('trust') };
    const rows = make('dl', 'rows', ...rowNames.flatMap((name) => [...this.#rows[name]]));
    const phase = make('p', 'phase', this.#mark, this.#phase);
    this.#panel = make('div', 'panel', phase, rows, this.#why, this.#fault);
    this.#panel.setAttribute('role', 'group');
    root.append(this.#panel, this.#spoken);
  }

  /** @param language  of numbers and ages; undefined for the browser's */
  show(state: ShownState, texts: StatusTexts, language: string | undefined): void {
    const { network, phase, progress, height, peers, age, trust, reasons = [], fault } = state;
    this.#panel.ariaLabel = [texts.label, network].filter(Boolean).join(', ');
    this.#mark.dataset.mood = moods[phase];
    const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 });
    const isPart = phase === 'syncing' && progress !== undefined;
    say(this.#phase, isPart ? `${texts.phases[phase]} ${percent.format(progress)}` : texts.phases[phase]);
    const number = new Intl.NumberFormat(language);
    const values: Readonly<Record<RowName, string | undefined>> = {
      height: height === undefined ? undefined : number.format(height),
      peers: peers === undefined ? undefined : number.format(peers),
      age: age === undefined ? undefined : ageText(age, language),
      trust: trust === undefined ? undefined : texts.levels[trust],
    };
    for (const name of rowNames) {
      const [label, value] = this.#rows[name];
      say(label, values[name] === undefined ? undefined : texts[name]);
      say(value, values[name]);
    }
    this.#why.hidden = reasons.length === 0;
    say(this.#summary, texts.why);
    const said = [...this.#reasons.children].map(({ textContent }) => textContent);
    if (said.join('\n') !== reasons.join('\n'))
      this.#reasons.replaceChildren(...reasons.map((text) => make('li', 'reason', text)));
    say(this.#fault, fault);
    const level = trust === undefined ? '' : `. ${texts.trust}: ${texts.levels[trust]}`;
    this.#speak(`${texts.label}: ${texts.phases[phase]}${level}`);
  }

  /** Ends what is still to be said. */
  end(): void {
    clearTimeout(this.#pending?.timer);
    this.#pending = undefined;
  }

  #speak(text: string): void {
    if (text === this.#pending?.text) return;
    this.end();
    if (text === this.#spoken.textContent) return;
    const timer = setTimeout(() => {
      this.#spoken.textContent = text;
      this.#pending = undefined;
    }, SPOKEN_AFTER_MS);
    this.#pending = { text, timer };
  }
}
