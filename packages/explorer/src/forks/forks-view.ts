/** Forks as they happen: each event as a small tree, with a sentence and the blocks beside it as text. */
import type { Tip } from '@vision-light/browser-node';
import { createElement, setText } from '../display/element.js';
import { formatAge, formatCount } from '../display/quantities.js';
import { createHashLink } from '../routes/links.js';
import type { SessionState } from '../session/node-session.js';
import { createListFrame, type View } from '../views/view.js';
import type { Branch, ForkEvent } from './fork-history.js';
import { type ForkTree, layOutFork, type TreeNode } from './fork-tree.js';
import { describeFork, titleOfFork } from './fork-words.js';

const svgNamespace = 'http://www.w3.org/2000/svg';

/** Units of the drawing. */
const COLUMN = 64;
const ROW = 44;
const RADIUS = 9;

/** Keeps one card for each event. */
export function createForksView(): View {
  const list = createElement('ol', 'stack forks');
  list.dataset.testid = 'forks';
  const note =
    'When two miners find a block at the same time there are two branches for a while. This node follows the one with the most ' +
    'work, and of equals the one that came first. What it saw in this visit is drawn here, newest first.';
  const { element, heading, lead } = createListFrame({ title: 'Forks', testId: 'forks', note }, list);
  lead.setAttribute('role', 'status');
  const cards = new Map<ForkEvent, { readonly item: HTMLElement; readonly age: HTMLElement }>();
  return {
    element,
    heading,
    render({ forks }: SessionState, now: number) {
      const { events } = forks;
      setText(
        lead,
        events.length === 0
          ? 'No fork in this visit so far. This view shows one as soon as it happens.'
          : `${formatCount(events.length)} ${events.length === 1 ? 'event' : 'events'} in this visit.`,
      );
      for (const [event, { item }] of cards) {
        if (events.includes(event)) continue;
        item.remove();
        cards.delete(event);
      }
      for (const event of [...events].reverse()) {
        let card = cards.get(event);
        if (card === undefined) {
          card = createEventCard(event);
          cards.set(event, card);
          list.prepend(card.item);
        }
        setText(card.age, formatAge(now - event.at));
      }
    },
  };
}

function createEventCard(event: ForkEvent): { readonly item: HTMLElement; readonly age: HTMLElement } {
  const item = createElement('li', 'card');
  item.dataset.kind = event.kind;
  const head = createElement('div', 'card-head');
  const age = createElement('p', 'note');
  head.append(createElement('h2', '', titleOfFork(event)), age);
  item.append(head, createElement('p', '', describeFork(event)));
  const tree = layOutFork(event);
  if (tree !== undefined) item.append(drawTree(tree));
  item.append(...createBranches(event));
  return { item, age };
}

/** The blocks as text: what the drawing says, for those who do not see it, and with links for everyone. */
function createBranches(event: ForkEvent): HTMLElement[] {
  const branches =
    event.kind === 'reorg'
      ? ([
          ['Followed now', event.joined],
          ['Left the chain', event.left],
        ] as const)
      : event.kind === 'competing'
        ? ([
            ['Followed', whole(event.tips.slice(0, 1))],
            ['With the same work', whole(event.tips.slice(1))],
          ] as const)
        : ([['Last of the run', whole([event.run.tip])]] as const);
  return branches.map(([name, { tips, count }]) => {
    const branch = createElement('div', 'branch');
    const list = createElement('ul');
    for (const { height, hash } of tips) {
      const row = createElement('li');
      row.append(`${formatCount(height)} `, createHashLink({ view: 'block', hash }, hash, true));
      list.append(row);
    }
    const hidden = count - tips.length;
    if (hidden > 0) list.children[1]?.after(createElement('li', 'note', `${formatCount(hidden)} more`));
    branch.append(createElement('h3', '', name), list);
    return branch;
  });
}

function whole(tips: readonly Tip[]): Branch {
  return { tips, count: tips.length };
}

function drawTree({ nodes, lines, columns, rows }: ForkTree): HTMLElement {
  const figure = createElement('div', 'fork-tree');
  const svg = createSvg('svg', {
    viewBox: `0 0 ${columns * COLUMN} ${rows * ROW}`,
    width: String(columns * COLUMN),
    height: String(rows * ROW),
    'aria-hidden': 'true',
  });
  for (const { from, to, isCut } of lines) {
    const [x1, y1] = placeOf(from);
    const [x2, y2] = placeOf(to);
    const bend = (x1 + x2) / 2;
    const path = createSvg('path', { d: `M${x1} ${y1}C${bend} ${y1} ${bend} ${y2} ${x2} ${y2}` });
    path.setAttribute('class', `fork-line ${to.state}${isCut ? ' cut' : ''}`);
    svg.append(path);
  }
  for (const node of nodes) {
    const [cx, cy] = placeOf(node);
    const circle = createSvg('circle', { cx: String(cx), cy: String(cy), r: String(RADIUS) });
    circle.setAttribute('class', `fork-node ${node.state}`);
    const label = createSvg('text', { x: String(cx), y: String(cy + RADIUS + 13), 'text-anchor': 'middle' });
    label.textContent = formatCount(node.height);
    svg.append(circle, label);
  }
  figure.append(svg);
  return figure;
}

function placeOf({ column, row }: TreeNode): readonly [x: number, y: number] {
  return [column * COLUMN + COLUMN / 2, row * ROW + RADIUS + 3];
}

function createSvg(tag: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const element = document.createElementNS(svgNamespace, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
