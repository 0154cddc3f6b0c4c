/** The heartbeat of the chain: the time between the newest headers, one bar each, the newest at the right. */

import type { HeaderInfo } from '@vision-light/browser-node';
import { byTestId, setText } from '../display/element.js';
import { countNoun, formatSpan } from '../display/quantities.js';

/** Bars drawn; one header more is needed, for the first difference. */
export const SPACING_BARS = 39;

/** Fewer say nothing about a rhythm. */
const BARS_MIN = 5;
/** Height of the drawing in its own units. */
const CHART_HEIGHT = 40;
/** Of the height, so that a bar of no time at all can be seen. */
const BAR_HEIGHT_MIN = 2;

const svgNamespace = 'http://www.w3.org/2000/svg';

/** Draws the bars, and says the mean in words, which is also what a screen reader gets. */
export class SpacingChart {
  readonly #figure = byTestId('spacing');
  readonly #note = byTestId('spacing-note');
  readonly #bars: readonly SVGRectElement[];
  #drawnFor = '';

  constructor() {
    const svg = this.#figure.querySelector('svg')!;
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
    // The genesis was not mined in its place, so the time after it means nothing.
    const headers = newestFirst.filter((header) => header.height > 0);
    const gaps: number[] = [];
    for (let index = 0; index + 1 < headers.length && index < SPACING_BARS; index++) {
      // Times may fall a little from one header to the next; that is no time, not less than none.
      gaps.push(Math.max(0, headers[index]!.time - headers[index + 1]!.time));
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
