/** The page's one node: joining, leaving, and what it has told so far. Knows nothing of the document. */
import {
  createLightNode,
  type LightNodeHandle,
  type LightNodeOptions,
  type PeerInfo,
  type Status,
  type Tip,
} from '@vision-light/browser-node';
import { formatCount } from '../display/quantities.js';

/** Something that the visitor should be told: a reorganisation, or an error by its code. */
export interface SessionNotice {
  readonly code: string;
  readonly sentence: string;
  /** What the platform said, for whoever looks into it; empty if it said nothing. */
  readonly detail: string;
  /** When it came last, Unix seconds. */
  readonly at: number;
  /** How often it came. */
  readonly count: number;
}

/** All that the page shows. */
export interface SessionState {
  lifecycle: 'starting' | 'running' | 'failed' | 'left';
  options: LightNodeOptions | undefined;
  tip: Tip | undefined;
  status: Status | undefined;
  peers: readonly PeerInfo[];
  /** Height that storage brought along: what lies above it was checked in this visit. */
  startHeight: number;
  /** Whether what is verified now reaches this device, as far as the node has said. */
  isKept: boolean;
  /** Newest first. */
  readonly notices: SessionNotice[];
  /** Errors that still matter, by code. */
  readonly troubles: Map<string, SessionNotice>;
}

/** Notices kept; more is not read by anyone. The oldest go. */
const NOTICES_MAX = 50;

/** Errors after which headers are kept in memory only, until more of them are stored after all. */
const memoryOnlyCodes: readonly string[] = ['STORE_DENIED', 'STORE_QUOTA', 'STORE_FAILED', 'STORE_BUSY'];

/** The code of an error that has none of its own. */
const UNKNOWN_CODE = 'UNEXPECTED';

/** Holds a node, or tells why there is none. `onChange` follows every change. */
export class NodeSession {
  readonly state: SessionState = {
    lifecycle: 'starting',
    options: undefined,
    tip: undefined,
    status: undefined,
    peers: [],
    startHeight: 0,
    isKept: true,
    notices: [],
    troubles: new Map(),
  };
  readonly #onChange: () => void;
  readonly #dismissed = new Set<string>();
  #node: LightNodeHandle | undefined;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** The handle while the node runs. */
  get node(): LightNodeHandle | undefined {
    return this.#node;
  }

  /** Starts a node. A rejection becomes the state `failed` with a trouble; this promise never rejects. */
  async join(readOptions: () => Promise<LightNodeOptions>): Promise<void> {
    const { state } = this;
    state.lifecycle = 'starting';
    state.troubles.clear();
    this.#dismissed.clear();
    try {
      state.options = await readOptions();
      this.#attach(await createLightNode(state.options));
      state.lifecycle = 'running';
    } catch (error) {
      state.lifecycle = 'failed';
      this.#addTrouble(codeOf(error), sentenceOf(error));
    }
    this.#onChange();
  }

  /** Leaves the network; what is verified stays on the page. */
  async leave(): Promise<void> {
    const node = this.#node;
    this.#markLeft();
    this.#onChange();
    try {
      await node?.close();
    } catch (error) {
      this.#addTrouble(codeOf(error), sentenceOf(error));
      this.#onChange();
    }
  }

  /** The visitor has read it, and need not read it again until the node is started anew. */
  dismiss(code: string): void {
    this.#dismissed.add(code);
    this.state.troubles.delete(code);
    this.#onChange();
  }

  #attach(node: LightNodeHandle): void {
    const { state } = this;
    this.#node = node;
    state.tip = node.tip;
    state.status = node.status;
    state.peers = node.peers();
    state.startHeight = node.tip.height;
    state.isKept = state.options?.storage !== 'memory';
    const listen = (update: () => void) => {
      // A handle that was left may still have something to say.
      if (this.#node !== node) return;
      update();
      this.#onChange();
    };
    node.subscribe('tip', (tip) => listen(() => (state.tip = tip)));
    node.subscribe('peer', () => listen(() => (state.peers = node.peers())));
    node.subscribe('status', (status) =>
      listen(() => {
        // The node tries again by itself, and says nothing of success but this.
        if (status.storedHeight > (state.status?.storedHeight ?? 0)) this.#markKept();
        state.status = status;
        if (status.phase === 'closed') this.#markLeft();
      }),
    );
    node.subscribe('reorg', (reorg) =>
      listen(() => {
        const { disconnected, connected, ancestor } = reorg;
        this.#addNotice(
          'REORG',
          `Another branch has more work: ${formatCount(disconnected.length)} left the chain and ` +
            `${formatCount(connected.length)} took their place, after height ${formatCount(ancestor.height)}.`,
        );
      }),
    );
    node.subscribe('error', (error) =>
      listen(() => {
        const code = codeOf(error);
        if (memoryOnlyCodes.includes(code)) state.isKept = false;
        this.#addTrouble(code, error.message);
      }),
    );
  }

  #markKept(): void {
    if (this.state.isKept) return;
    this.state.isKept = true;
    for (const code of memoryOnlyCodes) this.state.troubles.delete(code);
  }

  #markLeft(): void {
    this.#node = undefined;
    this.state.lifecycle = 'left';
    this.state.peers = [];
  }

  #addTrouble(code: string, message: string): void {
    const notice = this.#addNotice(code, message);
    if (!this.#dismissed.has(code)) this.state.troubles.set(code, notice);
  }

  #addNotice(code: string, message: string): SessionNotice {
    const { notices } = this.state;
    const { sentence, detail } = splitMessage(message);
    const at = Date.now() / 1000;
    const known = notices.findIndex(
      (notice) => notice.code === code && notice.sentence === sentence && notice.detail === detail,
    );
    const count = known < 0 ? 1 : notices.splice(known, 1)[0]!.count + 1;
    const notice: SessionNotice = { code, sentence, detail, at, count };
    notices.unshift(notice);
    notices.length = Math.min(notices.length, NOTICES_MAX);
    return notice;
  }
}

function codeOf(error: unknown): string {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  if (typeof code === 'string') return code;
  // The three that stand for wrong arguments or a wrong config.json: the sentence says which.
  if (name === 'PageConfigError' || name === 'TypeError' || name === 'RangeError') return 'BAD_CONFIGURATION';
  return UNKNOWN_CODE;
}

/** Parts what the node says of an error, `Sentence. (detail)`: the sentence is for everyone. */
function splitMessage(message: string): { readonly sentence: string; readonly detail: string } {
  const [, sentence = message, detail = ''] = /^(.+?\.) \((.+)\)$/s.exec(message) ?? [];
  return { sentence, detail };
}

function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  // Written for whoever calls the node, which here is this page.
  const isForDevelopers = error instanceof TypeError || error instanceof RangeError;
  return isForDevelopers ? `The settings of this page cannot be followed: ${message}.` : message;
}
