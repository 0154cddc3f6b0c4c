import type { LightNodeHandle, NetworkName, Subscriptions } from '../index.js';
import { defaultTexts, type StatusTexts } from './status-texts.js';
import { type ShownState, StatusView } from './status-view.js';

/** What a server has instead, where the module can be imported and nothing else. */
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/** The least time between two drawings, in ms. */
const DRAW_MS = 100;

/** How often the age of the newest block is looked at, in ms: it is shown in steps of ten seconds. */
const AGE_MS = 5000;

/** News after which the element is drawn anew. */
const kinds = ['tip', 'status', 'peer', 'trust'] as const satisfies readonly (keyof Subscriptions)[];

const attributes = ['network', 'signal', 'storage', 'worker-url'] as const;

/**
 * `<vision-light-status network="vision-devnet" signal="https://a.example https://b.example">`: starts a node, or shows that in
 * its property {@link node}, and says what it does: phase, height, peers, age of its newest block, and how far it can be relied on.
 *
 * The attributes `network`, `signal` (addresses, separated by spaces), `storage` and `worker-url` are options of
 * `createLightNode`. A node that the element has started is closed when the element leaves the page or one of them changes.
 *
 * Parts for `::part()`: `panel`, `phase`, `mark`, `phase-text`, `rows`, `label`, `value` (and `height`, `peers`, `age`, `trust`),
 * `why`, `why-label`, `reasons`, `reason`, `fault`. Custom properties: `--vision-light-text`, `-label`, `-background`, `-border`, `-good`, `-busy`, `-bad`, `-radius`.
 *
 * Dispatches an event `nodechange` when {@link node} is another one.
 */
export class VisionLightStatusElement extends Base {
  /** Attributes whose change starts another node. */
  static readonly observedAttributes: readonly string[] = attributes;

  #view: StatusView | undefined;
  #texts: StatusTexts = defaultTexts;
  #given: LightNodeHandle | undefined;
  /** The node of the element's own that is starting or running, with the attributes that it was started for. */
  #own: { readonly key: string; readonly end: () => void } | undefined;
  #node: LightNodeHandle | undefined;
  #unsubscribe: () => void = () => {};
  #fault: string | undefined;
  /** The library's sentences for reasons, once somebody wanted to read them. */
  #sentences: Readonly<Record<string, string>> = {};
  #ages: ReturnType<typeof setInterval> | undefined;
  #drawing: ReturnType<typeof setTimeout> | undefined;
  #isDue = false;

  /** The node that is shown. One that is set is not closed by the element; `undefined` makes it start one of its own. */
  get node(): LightNodeHandle | undefined {
    return this.#node;
  }

  /** Shows another node. */
  set node(node: LightNodeHandle | undefined) {
    this.#given = node;
    this.#changed();
  }

  /** What the element says, in another language: `element.texts = { ...defaultTexts, height: 'Höhe' }`. */
  get texts(): StatusTexts {
    return this.#texts;
  }

  /** Says it in other words. */
  set texts(texts: StatusTexts) {
    this.#texts = texts;
    this.#draw();
  }

  /** Called by the browser when the element comes into a page. */
  connectedCallback(): void {
    this.#view ??= new StatusView(this.attachShadow({ mode: 'open' }), () => this.#explain());
    this.#show();
    this.#changed();
  }

  /** Called by the browser when the element leaves the page, also when it is moved. */
  disconnectedCallback(): void {
    this.#changed();
  }

  /** Called by the browser when one of {@link observedAttributes} is set or removed. */
  attributeChangedCallback(): void {
    this.#changed();
  }

  /** Several changes in one task, such as a move within the page, count as what they come to. */
  #changed(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      this.#settle();
    });
  }

  #settle(): void {
    const key = attributes.map((name) => this.getAttribute(name) ?? '').join('\n');
    const wants = this.isConnected && this.#given === undefined ? key : undefined;
    if (this.#own !== undefined && this.#own.key !== wants) {
      this.#own.end();
      this.#own = undefined;
      this.#fault = undefined;
      this.#follow(undefined);
    }
    if (!this.isConnected) {
      this.#follow(undefined);
      this.#rest();
      return;
    }
    this.#ages ??= setInterval(() => this.#draw(), AGE_MS);
    if (this.#given !== undefined) this.#follow(this.#given);
    else if (this.#own === undefined) this.#start(key);
    this.#draw();
  }

  /** Nothing is drawn outside of a page. */
  #rest(): void {
    clearInterval(this.#ages);
    clearTimeout(this.#drawing);
    this.#ages = undefined;
    this.#drawing = undefined;
    this.#view?.end();
  }

  #start(key: string): void {
    const abort = new AbortController();
    this.#own = { key, end: () => abort.abort() };
    this.#create(abort.signal).then(
      (node) => this.#follow(node),
      (error: unknown) => {
        if (abort.signal.aborted) return;
        this.#fault = error instanceof Error ? error.message : String(error);
        this.#draw();
      },
    );
  }

  async #create(abort: AbortSignal): Promise<LightNodeHandle> {
    const signal = this.getAttribute('signal')?.split(/\s+/).filter(Boolean) ?? [];
    // An element whose page has yet to give it a node starts none of its own.
    if (signal.length === 0) throw new RangeError('signal: must name at least one signaling server');
    // Loaded when it is needed: a page that sets `node` has it already, or another copy of it.
    const { createLightNode } = await import('../index.js');
    abort.throwIfAborted();
    const network = this.getAttribute('network');
    const storage = this.getAttribute('storage');
    const workerUrl = this.getAttribute('worker-url');
    const node = await createLightNode({
      signal,
      // What an attribute says is checked there, in words that name the option.
      ...(network !== null && { network: network as NetworkName }),
      ...(storage !== null && { storage: storage as 'memory' | 'indexeddb' }),
      ...(workerUrl !== null && { workerUrl: new URL(workerUrl, this.ownerDocument.baseURI) }),
      abort,
    });
    abort.throwIfAborted();
    return node;
  }

  #follow(node: LightNodeHandle | undefined): void {
    if (node === this.#node) return;
    this.#unsubscribe();
    this.#node = node;
    const ends = node === undefined ? [] : kinds.map((kind) => node.subscribe(kind, () => this.#draw()));
    this.#unsubscribe = () => {
      for (const end of ends) end();
    };
    this.dispatchEvent(new Event('nodechange'));
    this.#draw();
  }

  /** The sentences are the library's: a page that has a node has it already, or another copy of it. */
  #explain(): void {
    import('../index.js').then(
      ({ trustReasons }) => {
        this.#sentences = trustReasons;
        this.#draw();
      },
      // The codes stay.
      () => {},
    );
  }

  /** Draws soon, whatever comes until then included. */
  #draw(): void {
    if (!this.isConnected) return;
    this.#drawing ??= setTimeout(() => {
      this.#drawing = undefined;
      this.#show();
    }, DRAW_MS);
  }

  #show(): void {
    const language = this.closest<HTMLElement>('[lang]')?.lang || undefined;
    this.#view?.show(this.#state(), this.#texts, language);
  }

  #state(): ShownState {
    // A node does not say which network it is on, so of one that was set only the attribute can say it.
    const network = this.getAttribute('network') ?? (this.#given === undefined ? 'vision-devnet' : undefined);
    if (this.#fault !== undefined) return { network, phase: 'failed', fault: this.#fault };
    const node = this.#node;
    if (node === undefined) return { network, phase: 'starting' };
    const { phase, progress, peers } = node.status;
    const { height, time } = node.tip;
    // Genesis may be of any time.
    const age = height > 0 ? Date.now() / 1000 - time : undefined;
    const { level: trust, reasons: codes } = node.trust();
    const reasons = codes.map((code) => this.#texts.reasons?.[code] ?? this.#sentences[code] ?? code);
    return { network, phase, progress, height, peers, age, trust, reasons };
  }
}
