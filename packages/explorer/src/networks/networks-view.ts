/**
 * The choice of a network. A link per network: the page that it opens is the same one, with its node on that network, so the
 * address can be kept and passed on.
 */
import { createElement, setText } from '../display/element.js';
import { MiningCard } from '../mining/mining-card.js';
import type { SessionState } from '../session/node-session.js';
import { describeNetwork, networkNames } from '../trust/network-facts.js';
import { createListFrame, type View, type ViewContext } from '../views/view.js';

/** Lists the networks; on one that is mined in pages, with the switch for it. */
export function createNetworksView({ session }: ViewContext): View {
  const list = createElement('ul', 'network-list');
  list.dataset.testid = 'networks';
  const note =
    'Each is a chain of its own. To choose one starts the node of this page anew on it; what was verified of the others stays ' +
    'on this device. A node needs peers of the same network, which a signaling server has to know.';
  const { element, heading, lead } = createListFrame({ title: 'Networks', testId: 'networks', note }, list);
  const links = new Map<unknown, HTMLAnchorElement>();
  for (const name of networkNames) {
    const { label, caution } = describeNetwork(name);
    const item = createElement('li', 'card');
    const title = createElement('h2');
    const link = createElement('a', 'link', label);
    link.href = addressOf(name, location.search);
    title.append(link);
    item.append(title, createElement('p', 'code-name', name));
    item.append(
      createElement(
        'p',
        'note',
        caution ?? 'The chain whose coins have value, by the rules of Bitcoin Core.',
      ),
    );
    links.set(name, link);
    list.append(item);
  }
  const mining = new MiningCard(session);
  lead.after(mining.element);
  return {
    element,
    heading,
    render(state: SessionState) {
      const { options } = state;
      mining.render(state);
      if (options === undefined) return;
      const now = options.network ?? 'vision-devnet';
      setText(lead, `This page is on ${describeNetwork(now).label}.`);
      for (const [name, link] of links) {
        if (name === now) link.setAttribute('aria-current', 'true');
        else link.removeAttribute('aria-current');
      }
    },
  };
}

/** The address of the overview on a network, with everything else in the query as it is. */
export function addressOf(network: string, search: string): string {
  const query = new URLSearchParams(search);
  query.set('network', network);
  return `?${query.toString()}#/`;
}
