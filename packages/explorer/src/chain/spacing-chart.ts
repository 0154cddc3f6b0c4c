/** A bar chart of the times between the newest headers, the newest at the right. */

import type { HeaderInfo } from '@vision-light/browser-node';
import { byTestId, setText } from '../display/element.js';
import { countNoun, formatSpan } from '../display/quantities.js';

/** How many bars are drawn, one for each time between two headers, so one header more is needed. Arbitrary. */
export const SPACING_BARS = 39;

/** With fewer bars the chart is hidden: they say little about a chain. Arbitrary. */
const BARS_MIN = 5;
/** Height of the drawing in its own units. */
const CHART_HEIGHT = 40;
/** The least height of a bar in those units, so that a time of zero can be seen. */
const BAR_HEIGHT_MIN = 2;

const svgNamespace = 'http://www.w3.org/2000/svg';

/** Draws the bars, and gives the mean and the maximum as text, also for screen readers. */
export class SpacingChart {
  readonly #figure = byTestId('spacing');
  readonly #note = byTestId('spacing-note');
  readonly #bars: readonly SVGRectElement[];
  #drawnFor = '';

  constructor() {
    const svg = byTestId<SVGSVGElement>('spacing-bars');
    svg.setAttribute('viewBox', `0 0 ${SPACING_BARS} ${CHART_HEIGHT}`);
    this.#bars = Array.from({ length: SPACING_BARS }, (_, index) => {
      const bar = document.createElementNS(svgNamespace, 'rect');
      bar.setAttribute('x', String(SPACING_BARS - 1 - index + 0.15));
      bar.setAttribute('width', '0.7');
      svg.append(bar);
      return bar;
    });
  }

  render(newestFirst: readonly HeaderInfo[]): void {
    const tip = newestFirst[0]?.hash ?? '';
    if (this.#drawnFor === tip) return;
    this.#drawnFor = tip;
    // Genesis was not mined just before the header at height 1, so the time between the two means nothing.
    const headers = newestFirst.filter((header) => header.height > 0);
    const gaps: number[] = [];
    let childTime = headers[0]?.time ?? 0;
    for (const { time } of headers.slice(1, SPACING_BARS + 1)) {
      // A header may bear an earlier time than its parent. That counts as zero.
      gaps.push(Math.max(0, childTime - time));
      childTime = time;
    }
    this.#figure.hidden = gaps.length < BARS_MIN;
    if (this.#figure.hidden) return;
    const longest = Math.max(...gaps, 1);
    for (const [index, bar] of this.#bars.entries()) {
      const gap = gaps[index];
      const height =
        gap === undefined ? 0 : BAR_HEIGHT_MIN + (gap / longest) * (CHART_HEIGHT - BAR_HEIGHT_MIN);
      bar.setAttribute('height', height.toFixed(2));
      bar.setAttribute('y', (CHART_HEIGHT - height).toFixed(2));
    }
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    setText(
      this.#note,
      `Time between the last ${countNoun(gaps.length + 1, 'header')}: ${formatSpan(mean)} on average, ${formatSpan(longest)} at most.`,
    );
  }
}
