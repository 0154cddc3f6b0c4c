/** The look-up of the header that an address names, which a new tip may bring or take off the best chain. */
import { createElement, setText } from '../display/element.js';
import { describeNoNode, sentenceOf, type ViewContext } from '../views/view.js';
import { describePlace, describeUnknown, type PlacedHeader, placeHeader } from './header-place.js';

/** What a view does with the header. */
export interface HeaderLookupOptions {
  readonly testId: string;
  /** Called whenever the header was found. @param before  what was found before at the same address */
  readonly found: (placed: PlacedHeader, before: PlacedHeader | undefined, tipHeight: number) => void;
}

/** Says in a sentence where the header stands, and looks it up again with each new tip. */
export class HeaderLookup {
  /** The sentence. */
  readonly element = createElement('p', 'lead');
  readonly #context: ViewContext;
  readonly #found: HeaderLookupOptions['found'];
  /** A height of the branch that is followed, or a hash. */
  #at: number | string = 0;
  #placed: PlacedHeader | undefined;
  /** Hash of the tip with which it was looked up last. */
  #triedAt = '';

  constructor(context: ViewContext, { testId, found }: HeaderLookupOptions) {
    this.#context = context;
    this.#found = found;
    this.element.dataset.testid = testId;
    this.element.setAttribute('role', 'status');
  }

  /** Whether this address was opened last, and its header was found. */
  hasFound(at: number | string): boolean {
    return at === this.#at && this.#placed !== undefined;
  }

  /** Looks for another header. @param at  a height of the branch that is followed, or a hash */
  open(at: number | string): void {
    this.#at = at;
    this.#placed = undefined;
    void this.look();
  }

  /** To be called before a frame. */
  render(): void {
    const { tip, lifecycle } = this.#context.session.state;
    if (tip === undefined) {
      if (this.#placed === undefined) setText(this.element, describeNoNode(lifecycle));
      return;
    }
    if (tip.hash !== this.#triedAt) void this.look();
    else if (this.#placed !== undefined)
      setText(this.element, describePlace(this.#placed, tip, Date.now() / 1000));
  }

  /** Looks again for the same header. */
  async look(): Promise<void> {
    const { node, state } = this.#context.session;
    if (node === undefined) return;
    const at = this.#at;
    this.#triedAt = node.tip.hash;
    try {
      const placed = await placeHeader(node, at);
      if (at !== this.#at) return;
      if (placed === undefined) {
        setText(this.element, describeUnknown(at, node.tip, state.status?.phase === 'synced'));
        return;
      }
      const before = this.#placed;
      this.#placed = placed;
      setText(this.element, describePlace(placed, node.tip, Date.now() / 1000));
      this.#found(placed, before, node.tip.height);
      this.#context.changed();
    } catch (error) {
      if (at === this.#at) setText(this.element, sentenceOf(error, 'The node could not answer.'));
    }
  }
}
