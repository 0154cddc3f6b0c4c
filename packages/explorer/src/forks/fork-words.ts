/** An event of a fork in sentences: what a screen reader gets beside the drawing, and everyone else too. */

import { formatCount, formatSpan } from '../display/quantities.js';
import type { ForkEvent } from './fork-history.js';

/** What happened, in a sentence or two. */
export function describeFork(event: ForkEvent): string {
  switch (event.kind) {
    case 'reorg':
      return (
        `Another branch has more work: ${formatCount(event.left.count)} left the chain and ${formatCount(event.joined.count)} ` +
        `took their place, after height ${formatCount(event.ancestor.height)}.`
      );
    case 'competing':
      return (
        `${formatCount(event.tips.length)} branches have the same work at height ${formatCount(event.tips[0]?.height ?? 0)}. ` +
        'The next block decides.'
      );
    case 'withheld':
      return (
        `${formatCount(event.run.blocks)} blocks came at once and displaced ${formatCount(event.run.displaced)}, though ` +
        `${formatSpan(event.run.spreadS)} lie between them. Somebody may have held them back.`
      );
  }
}

/** What kind of event it is. */
export function titleOfFork({ kind }: ForkEvent): string {
  return { reorg: 'Reorganisation', competing: 'Same work', withheld: 'Withheld blocks' }[kind];
}
