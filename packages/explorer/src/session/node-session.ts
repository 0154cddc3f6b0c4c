/** The node of the page: how it is started and closed, and all that it has reported. The document is not used here. */
import {
  createLightNode,
  type LightNodeErrorCode,
  type LightNodeHandle,
  type LightNodeOptions,
  type MempoolChange,
  type PeerInfo,
  type SentState,
  type Status,
  type Tip,
  type Trust,
} from '@vision-light/browser-node';
import { ForkHistory } from '../forks/fork-history.js';
import { describeFork } from '../forks/fork-words.js';
import { MiningSession } from './mining-session.js';
import { RateHistory } from './rate-history.js';

/** An event that is shown to the visitor: a reorganisation, a sign of selfish mining, or an error. */
export interface SessionNotice {
  readonly code: string;
  readonly sentence: string;
  /** The platform's own words, for a developer; empty if there are none. */
  readonly detail: string;
  /** When it last happened, in Unix seconds. */
  readonly at: number;
  /** How often it happened. */
  readonly count: number;
}

/** All that the page shows. */
export interface SessionState {
  lifecycle: 'starting' | 'running' | 'failed' | 'left';
  options: LightNodeOptions | undefined;
  tip: Tip | undefined;
  status: Status | undefined;
  peers: readonly PeerInfo[];
  /** Height of the tip that was loaded from storage. All above it was verified in this visit. */
  startHeight: number;
  /** Whether new headers are stored on this device, as far as the node has reported. */
  isKept: boolean;
  /** Newest first. */
  readonly notices: SessionNotice[];
  /** Errors that still matter, by code. */
  readonly troubles: Map<string, SessionNotice>;
  /** What the answers rest on, as the node has reported last. */
  trust: Trust | undefined;
  /** Forks of this visit. */
  readonly forks: ForkHistory;
  /** How fast headers were verified in this visit. */
  readonly rates: RateHistory;
  /** How much the mempool holds. */
  mempool: MempoolChange['mempool'];
  /** What has become of transactions that this browser sent, by id; the one that was sent last is the last. */
  readonly sent: Map<string, SentState>;
}

/** Most notices that are kept; the oldest are dropped. Arbitrary: nobody reads more. */
const NOTICES_MAX = 50;

/** Errors after which new headers stay in memory, until the node reports that it has stored more of them. */
const memoryOnlyCodes: readonly string[] = [
  'STORE_DENIED',
  'STORE_QUOTA',
  'STORE_FAILED',
  'STORE_BUSY',
  'STORE_NEWER',
  'STORE_UPGRADED',
] satisfies LightNodeErrorCode[];

/** The code that an error without one gets here. */
const UNKNOWN_CODE = 'UNEXPECTED';

/** How long a new tip may wait until it is drawn, in milliseconds: what else a block changes comes within that time. Arbitrary. */
const TIP_WAIT_MS = 100;

/** The same for numbers of a node at rest, such as rates and round-trip times: as long as the ages on the page. */
const NUMBERS_WAIT_MS = 1_000;

/**
 * Holds the node, or the reason why there is none. `onChange` is called after every change of the state, with the
 * milliseconds that it may wait until it is drawn.
 */
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
    trust: undefined,
    forks: new ForkHistory(),
    rates: new RateHistory(),
    mempool: { count: 0, bytes: 0 },
    sent: new Map(),
  };
  /** Mining in this page. */
  readonly mining: MiningSession;
  readonly #onChange: (withinMs: number) => void;
  readonly #dismissed = new Set<string>();
  #node: LightNodeHandle | undefined;

  constructor(onChange: (withinMs: number) => void) {
    this.#onChange = onChange;
    this.mining = new MiningSession(onChange);
  }

  /** The node's handle, or undefined while no node runs. */
  get node(): LightNodeHandle | undefined {
    return this.#node;
  }

  /** Starts a node. If that fails the state is `failed`, with a trouble that says why. The promise never rejects. */
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
    this.#onChange(0);
  }

  /** Closes the node. What it verified stays on the page. */
  async leave(): Promise<void> {
    const node = this.#node;
    this.#markLeft();
    this.#onChange(0);
    try {
      await node?.close();
    } catch (error) {
      this.#addTrouble(codeOf(error), sentenceOf(error));
      this.#onChange(0);
    }
  }

  /** The visitor has read a trouble. It is not shown again until the node is started anew. */
  dismiss(code: string): void {
    this.#dismissed.add(code);
    this.state.troubles.delete(code);
    this.#onChange(0);
  }

  #attach(node: LightNodeHandle): void {
    const { state } = this;
    this.#node = node;
    state.tip = node.tip;
    state.status = node.status;
    state.peers = node.peers();
    state.trust = node.trust();
    state.startHeight = node.tip.height;
    state.isKept = state.options?.storage !== 'memory';
    const listen = (update: () => void, withinMs = 0) => {
      // An earlier node may still report something while it closes.
      if (this.#node !== node) return;
      update();
      this.#onChange(withinMs);
    };
    node.subscribe('tip', (tip) => listen(() => (state.tip = tip), TIP_WAIT_MS));
    node.subscribe('peer', ({ change }) =>
      listen(
        () => {
          state.peers = node.peers();
          if (change.kind === 'connected') this.#forgetOutages();
        },
        change.kind === 'updated' ? NUMBERS_WAIT_MS : 0,
      ),
    );
    node.subscribe('status', (status) =>
      listen(
        () => {
          // After a failed write the node tries again by itself. It reports success only by a greater height.
          if (status.storedHeight > (state.status?.storedHeight ?? 0)) this.#markKept();
          state.status = status;
          state.rates.add(nowS(), status.headersPerSecond);
          if (status.phase === 'closed') this.#markLeft();
        },
        waitOf(state.status, status),
      ),
    );
    node.subscribe('trust', (trust) => listen(() => (state.trust = trust), NUMBERS_WAIT_MS));
    node.subscribe('transactions', ({ mempool }) => listen(() => (state.mempool = mempool), NUMBERS_WAIT_MS));
    node.subscribe('transaction', ({ id, state: sent }) => listen(() => state.sent.set(id, sent)));
    const { forks } = state;
    node.subscribe('reorg', (reorg) =>
      listen(() => this.#addFork('REORG', () => forks.reorg(reorg, nowS()))),
    );
    node.subscribe('competing', (tips) =>
      listen(() => this.#addFork('COMPETING', () => forks.competing(tips, nowS()))),
    );
    node.subscribe('withheld', (run) =>
      listen(() => this.#addFork('WITHHELD', () => forks.withheld(run, nowS()))),
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

  /** Only a signaling server introduces peers. So when one connects, a server answers again; the node does not report that. */
  #forgetOutages(): void {
    for (const code of this.state.troubles.keys()) if (isOutage(code)) this.state.troubles.delete(code);
  }

  #markLeft(): void {
    this.mining.stop();
    this.#node = undefined;
    this.state.lifecycle = 'left';
    this.state.peers = [];
  }

  /** Takes a fork into the history and tells of it in the list of events. */
  #addFork(code: string, add: () => void): void {
    add();
    const [fork] = this.state.forks.events;
    if (fork !== undefined) this.#addNotice(code, describeFork(fork));
  }

  #addTrouble(code: string, message: string): void {
    const notice = this.#addNotice(code, message);
    if (!this.#dismissed.has(code)) this.state.troubles.set(code, notice);
  }

  #addNotice(code: string, message: string): SessionNotice {
    const { notices } = this.state;
    const { sentence, detail } = splitMessage(message);
    const at = nowS();
    const index = notices.findIndex(
      (notice) => notice.code === code && notice.sentence === sentence && notice.detail === detail,
    );
    const [earlier] = index < 0 ? [] : notices.splice(index, 1);
    const notice: SessionNotice = { code, sentence, detail, at, count: (earlier?.count ?? 0) + 1 };
    notices.unshift(notice);
    notices.length = Math.min(notices.length, NOTICES_MAX);
    return notice;
  }
}

/** Whether a code says that a signaling server introduces nobody for now. One that sits between peers is no such thing. */
export function isOutage(code: string): boolean {
  return code.startsWith('SIGNAL_') && code !== 'SIGNAL_TAMPERED';
}

/** How long a new status may wait until it is drawn, given the one before. */
function waitOf(before: Status | undefined, { phase }: Status): number {
  if (phase === 'synced') return before?.phase === phase ? NUMBERS_WAIT_MS : TIP_WAIT_MS;
  // Each block makes a node that is synced syncing for a moment.
  return before?.phase === 'synced' && phase === 'syncing' ? NUMBERS_WAIT_MS : 0;
}

/** Unix seconds. */
function nowS(): number {
  return Date.now() / 1000;
}

function codeOf(error: unknown): string {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  if (typeof code === 'string') return code;
  // These three mean wrong arguments or a wrong config.json. The sentence says which.
  if (name === 'PageConfigError' || name === 'TypeError' || name === 'RangeError') return 'BAD_CONFIGURATION';
  return UNKNOWN_CODE;
}

/** Splits the node's message, `Sentence. (detail)`: the sentence is for visitors, the detail for developers. */
function splitMessage(message: string): { readonly sentence: string; readonly detail: string } {
  const [, sentence = message, detail = ''] = /^(.+?\.) \((.+)\)$/s.exec(message) ?? [];
  return { sentence, detail };
}

function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  // The node writes these for the developer of the page.
  const isForDevelopers = error instanceof TypeError || error instanceof RangeError;
  return isForDevelopers ? `The settings of this page cannot be followed: ${message}.` : message;
}
