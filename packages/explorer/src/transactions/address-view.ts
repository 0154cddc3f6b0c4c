/**
 * What an account of Vision has to do with the newest blocks. A light node has no index: it looks through the bodies that it
 * keeps, and the view says how far that goes.
 */
import type { LightNodeHandle } from '@vision-light/browser-node';
import { RECENT_BLOCKS_MAX, recentBlocks } from '../blocks/recent-blocks.js';
import { createElement, setText } from '../display/element.js';
import { countNoun, formatCount } from '../display/quantities.js';
import { createHashLink } from '../routes/links.js';
import type { Route } from '../routes/route.js';
import {
  createCard,
  createViewFrame,
  describeNoNode,
  sentenceOf,
  type View,
  type ViewContext,
} from '../views/view.js';
import { type Mention, mentionOf } from './mentions.js';
import { describeTransaction } from './transaction-words.js';

/** Transactions that are listed. Arbitrary: about as many as anyone reads. */
const LISTED_MAX = 100;

const mentionWords: Readonly<Record<Mention, string>> = {
  sends: 'sends',
  receives: 'is named in the arguments',
  names: 'is in the access list',
};

/** Shows what the newest blocks say of the address. */
export function createAddressView({ session }: ViewContext): View {
  const { element, heading } = createViewFrame('Account', 'address');
  const id = createElement('p', 'hash');
  const answer = createElement('p', 'lead');
  answer.dataset.testid = 'address-answer';
  answer.setAttribute('role', 'status');
  const card = createCard('Transactions');
  const note = createElement(
    'p',
    'note',
    `Looked for in the newest ${RECENT_BLOCKS_MAX} blocks, whose bodies this node keeps or asks its peers for. What is older ` +
      'is not found here, and a balance cannot be told: a light node executes nothing.',
  );
  const list = createElement('ol', 'transactions');
  list.dataset.testid = 'address-list';
  card.append(note, list);
  element.append(id, answer, card);
  let looking: AbortController | undefined;

  const look = async (node: LightNodeHandle, account: string, signal: AbortSignal): Promise<void> => {
    let blocks = 0;
    let found = 0;
    try {
      for await (const block of recentBlocks(node, signal)) {
        blocks++;
        for (const tx of block.transactions) {
          const mention = mentionOf(tx, account);
          if (mention === undefined) continue;
          found++;
          if (found > LISTED_MAX) continue;
          const row = createElement('li');
          const words = `Block ${formatCount(block.height)} · ${mentionWords[mention]} · ${describeTransaction(tx)}`;
          row.append(
            createHashLink({ view: 'tx', id: tx.id, block: block.hash }, tx.id),
            createElement('span', 'note', words),
          );
          list.append(row);
        }
        if (blocks % 8 === 0) setText(answer, `Looking: ${countNoun(blocks, 'block')} so far …`);
      }
      if (!signal.aborted) setText(answer, describe(found, blocks));
    } catch (error) {
      if (signal.aborted) return;
      setText(answer, `${describe(found, blocks)} Then: ${sentenceOf(error, 'a body could not be had.')}`);
    }
  };

  return {
    element,
    heading,
    show(route: Route) {
      if (route.view !== 'address') return;
      looking?.abort();
      looking = new AbortController();
      const account = route.address.toLowerCase().replace(/^acct:/, '');
      setText(id, route.address);
      list.replaceChildren();
      card.hidden = true;
      const { node, state } = session;
      if (!/^[0-9a-f]{64}$/.test(account)) {
        setText(
          answer,
          'Only accounts of Vision, which are public keys of 64 hex digits, can be looked for. Of an address of Bitcoin ' +
            'this page cannot tell yet which outputs pay to it.',
        );
      } else if (node === undefined) {
        setText(answer, describeNoNode(state.lifecycle));
      } else {
        card.hidden = false;
        setText(answer, 'Looking …');
        void look(node, account, looking.signal);
      }
    },
    hide() {
      looking?.abort();
    },
  };
}

function describe(found: number, blocks: number): string {
  const listed = found > LISTED_MAX ? ` The newest ${formatCount(LISTED_MAX)} are listed.` : '';
  const places = `the newest ${countNoun(blocks, 'block')}`;
  return found === 0
    ? `Nothing in ${places} names this account.`
    : `${countNoun(found, 'transaction')} in ${places}.${listed}`;
}
