/** The proof of work of a header, explained: what was asked for, what was found, and how this browser has checked it. */
import type { HeaderInfo } from '@vision-light/browser-node';
import { createElement } from '../display/element.js';
import { formatChainwork, formatCount } from '../display/quantities.js';
import { createCard, createFacts } from '../views/view.js';
import { leadingZeros, type WorkFigures, workFigures } from './proof-of-work.js';

/** @param again  which of the stored headers are hashed again when they are loaded */
export function createWorkCard(header: HeaderInfo, again: string): HTMLElement {
  const card = createCard('Proof of work');
  card.dataset.testid = 'work';
  const figures = workFigures(header);
  if (figures === undefined) {
    const why =
      header.height === 0
        ? 'The genesis is built into this page. It is where the chain begins, and nobody has to prove it.'
        : 'The fields of this header do not tell its target, so it cannot be explained here.';
    card.append(createElement('p', 'lead', why));
    return card;
  }
  const { target, digest, work, digitsCompared, margin } = figures;
  const zeros = [leadingZeros(digest), leadingZeros(target)] as const;
  const digits = createFacts([
    ['target', [createDigits(target, digitsCompared)]],
    ['digest', [createDigits(digest, digitsCompared)]],
  ]);
  const words = createFacts(
    [
      ['work', `${formatChainwork(work)} hashes, on average, to find one as low as the target`],
      ['margin', describeMargin(margin)],
    ],
    'words',
  );
  digits.classList.add('work');
  card.append(
    createElement(
      'p',
      'lead',
      `Whoever made this header tried nonces until its hash was no greater than the target. The digest begins with ` +
        `${formatCount(zeros[0])} zero digits, and the target with ${formatCount(zeros[1])}: digest ≤ target, so it counts.`,
    ),
    digits,
    words,
    createElement('h3', '', 'How this browser checked it'),
    createCheckedList(figures, again),
  );
  return card;
}

function createDigits(hex: string, compared: number): HTMLElement {
  const digits = createElement('code', 'digits');
  const zeros = Math.min(leadingZeros(hex), compared);
  digits.append(createElement('span', 'digits-zero', hex.slice(0, zeros)), hex.slice(zeros, compared));
  if (compared < hex.length) digits.append(createElement('span', 'digits-rest', hex.slice(compared)));
  return digits;
}

function describeMargin(margin: number): string {
  if (margin < 1.005) return 'the digest is just below the target';
  return `the digest is ${margin < 100 ? margin.toFixed(2) : formatCount(Math.floor(margin))} times smaller than the target`;
}

function createCheckedList({ algorithm, digitsCompared }: WorkFigures, again: string): HTMLElement {
  const list = createElement('ul', 'checks');
  const sentences =
    algorithm === 'VisionX'
      ? [
          'Its VisionX hash was computed here, over its fields and its nonce, and is the digest that it claims.',
          `The first ${digitsCompared} digits of the digest were compared with those of the target. The others do not count.`,
          'The target follows from the difficulty, which is exactly what the network’s rule demands at this height.',
        ]
      : [
          'Its 80 bytes were hashed here twice with SHA-256. The result is its hash, and the digest.',
          'The digest was compared with the target, digit by digit.',
          'The target follows from its bits, which are exactly what the retarget rule demands at this height.',
        ];
  sentences.push(
    `If it was verified on an earlier visit: when the chain is loaded, the hash of ${again} is computed anew.`,
  );
  list.append(...sentences.map((sentence) => createElement('li', '', sentence)));
  return list;
}
