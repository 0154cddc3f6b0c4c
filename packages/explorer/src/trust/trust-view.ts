/** What the answers rest on: the level with its reasons and numbers, why this page meets no peers, and what is verified. */
import { type Diagnosis, type Trust, trustReasons } from '@vision-light/browser-node';
import { createElement, setText } from '../display/element.js';
import type { SessionState } from '../session/node-session.js';
import {
  createCard,
  createFacts,
  createViewFrame,
  sentenceOf,
  type View,
  type ViewContext,
} from '../views/view.js';
import { levelWords, remedyFor, trustNumbers } from './trust-words.js';
import { VerifiedCard } from './verified-card.js';

/** Shows trust as it is now. */
export function createTrustView(context: ViewContext): View {
  const { element, heading } = createViewFrame('Trust', 'trust');
  const level = new LevelCard();
  const diagnosis = createDiagnosisCard(context);
  const verified = new VerifiedCard();
  const body = createElement('div', 'stack');
  body.append(level.element, diagnosis, verified.element);
  element.append(body);
  return {
    element,
    heading,
    render(state: SessionState) {
      // Not what was reported last: the numbers change without a report.
      const trust = context.session.node?.trust();
      level.render(trust);
      verified.render(state, (trust ?? state.trust)?.headers.assumed ?? 0);
    },
  };
}

class LevelCard {
  readonly element = createCard('What the answers rest on');
  readonly #level = createElement('p', 'trust-level');
  readonly #sentence = createElement('p', 'lead');
  readonly #reasons = createElement('ul', 'reasons');
  readonly #numbers = createElement('div');
  #shownReasons = '-';
  #shownNumbers = '';

  constructor() {
    this.#level.dataset.testid = 'trust-view-level';
    this.#reasons.dataset.testid = 'trust-reasons';
    this.#numbers.dataset.testid = 'trust-numbers';
    this.element.append(this.#level, this.#sentence, this.#reasons, this.#numbers);
  }

  render(trust: Trust | undefined): void {
    const level = trust?.level ?? 'none';
    this.#level.dataset.level = level;
    setText(this.#level, levelWords[level].word);
    setText(this.#sentence, trust === undefined ? 'The node is not running.' : levelWords[level].sentence);
    const reasons = trust?.reasons ?? [];
    if (this.#shownReasons !== reasons.join()) {
      this.#shownReasons = reasons.join();
      this.#reasons.replaceChildren(
        ...reasons.map((reason) => {
          const item = createElement('li');
          item.dataset.code = reason;
          item.append(
            createElement('p', 'reason', trustReasons[reason]),
            createElement('p', '', `What would mend it: ${lowered(remedyFor(reason))}`),
            createElement('p', 'code-name', reason),
          );
          return item;
        }),
      );
    }
    const numbers = trust === undefined ? [] : trustNumbers(trust);
    const shown = JSON.stringify(numbers);
    if (shown === this.#shownNumbers) return;
    this.#shownNumbers = shown;
    this.#numbers.replaceChildren(createFacts(numbers, 'words'));
  }
}

function lowered(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

/** The button by which a visitor asks what stands in the way of peers. */
function createDiagnosisCard({ session }: ViewContext): HTMLElement {
  const card = createCard('Why can’t I connect?');
  const note = createElement(
    'p',
    'note',
    'Tries what a node needs: the network, signaling servers, WebRTC, STUN and TURN, the clock, and storage. Takes up to eight seconds.',
  );
  const button = createElement('button', 'button', 'Find out');
  button.type = 'button';
  button.dataset.testid = 'diagnose';
  const answer = createElement('p', 'lead');
  answer.dataset.testid = 'diagnosis-answer';
  answer.setAttribute('role', 'status');
  const findings = createElement('ul', 'reasons');
  findings.dataset.testid = 'diagnosis-findings';
  let isBusy = false;
  button.addEventListener('click', async () => {
    const { node } = session;
    if (isBusy) return;
    if (node === undefined) {
      setText(answer, 'The node is not running. Join the network first, or see the message at the top.');
      return;
    }
    isBusy = true;
    button.setAttribute('aria-disabled', 'true');
    findings.replaceChildren();
    setText(answer, 'Trying …');
    try {
      const diagnosis = await node.diagnose();
      setText(answer, describe(diagnosis));
      findings.replaceChildren(...diagnosis.findings.map(createFinding));
    } catch (error) {
      setText(answer, sentenceOf(error, 'The diagnosis failed.'));
    } finally {
      isBusy = false;
      button.removeAttribute('aria-disabled');
    }
  });
  card.append(note, button, answer, findings);
  return card;
}

function describe({ findings, evidence }: Diagnosis): string {
  if (findings.length > 0)
    return findings.some(({ isBlocking }) => isBlocking)
      ? 'This stands in the way of peers:'
      : 'Peers can be met. This makes the node worse:';
  return evidence.peers > 0
    ? 'Nothing stands in the way: this page has peers.'
    : 'Nothing was found that stands in the way.';
}

function createFinding({ code, sentence, detail }: Diagnosis['findings'][number]): HTMLElement {
  const item = createElement('li');
  item.dataset.code = code;
  item.append(
    createElement('p', 'reason', sentence),
    createElement('p', 'code-name', detail === '' ? code : `${code} · ${detail}`),
  );
  return item;
}
