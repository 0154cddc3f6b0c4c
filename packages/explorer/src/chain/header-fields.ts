/** One header with all its fields, as a list of names and values. */

import type { HeaderInfo } from '@vision-light/browser-node';
import { createElement } from '../display/element.js';
import { formatCount, formatTime } from '../display/quantities.js';
import { createHashLink } from '../routes/links.js';

/**
 * Builds the list, without fields that only repeat the hash; its hash and its parent are links. Some fields hold text from
 * strangers, such as the name of a miner, so all are set as text and never as markup.
 */
export function createHeaderFields(header: HeaderInfo): HTMLDListElement {
  const list = createElement('dl', 'fields');
  const rows: readonly (readonly [name: string, value: string | HTMLElement])[] = [
    ['height', formatCount(header.height)],
    ['hash', createHashLink({ view: 'block', hash: header.hash }, header.hash)],
    [
      'parent',
      header.height === 0
        ? header.parent
        : createHashLink({ view: 'header', at: header.parent }, header.parent),
    ],
    ['time', formatTime(header.time)],
    ...Object.entries(header.fields).map(([name, value]) => [name, String(value)] as const),
  ];
  const seen = new Set<string>();
  for (const [name, value] of rows) {
    if (seen.has(name) || (name !== 'hash' && value === header.hash)) continue;
    seen.add(name);
    const row = createElement('div');
    row.dataset.field = name;
    const shown = createElement('dd');
    shown.append(value);
    row.append(createElement('dt', '', name), shown);
    list.append(row);
  }
  return list;
}
