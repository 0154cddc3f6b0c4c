/**
 * Charts of the newest headers: the time between them and their difficulty; and of this visit: how fast headers were verified.
 * Each has its summary as a sentence, and all its numbers as a table. The library that draws is loaded with the first chart.
 */
import { RecentHeaders } from '../chain/recent-headers.js';
import { createElement, setText } from '../display/element.js';
import { formatCount, formatRate, formatSpan, formatTime } from '../display/quantities.js';
import type { SessionState } from '../session/node-session.js';
import { createCard, createViewFrame, type View, type ViewContext } from '../views/view.js';
import { difficulties, ranges, type Series, spacings, summarise } from './chart-data.js';
import type { Plot, PlotOptions } from './plot.js';

/** Headers that the charts show. Arbitrary: twenty minutes of the devnet, a day and a half of Bitcoin. */
const HEADERS = 241;

/** Rows of a table. Arbitrary: what a person listens to. */
const ROWS_MAX = 12;

/** Shows the charts. */
export function createChartsView({ session, changed }: ViewContext): View {
  const { element, heading } = createViewFrame('Charts', 'charts');
  const lead = createElement('p', 'lead');
  const recent = new RecentHeaders(HEADERS, changed);
  const times = new ChartCard('Time between blocks', 'spacing', {
    kind: 'bars',
    formatX: formatCount,
    formatY: formatSpan,
    formatTick: formatSeconds,
    ticks: [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800, 86_400],
  });
  const difficulty = new ChartCard('Difficulty', 'difficulty', {
    kind: 'steps',
    formatX: formatCount,
    formatY: formatDifficulty,
  });
  const rate = new ChartCard('Headers verified a second, in this visit', 'rate', {
    kind: 'line',
    isTime: true,
    formatX: (at) => formatTime(at).slice(11, 19),
    formatY: formatRate,
  });
  const body = createElement('div', 'stack');
  body.append(times.element, difficulty.element, rate.element);
  element.append(lead, body);
  let drawnFor = '';
  return {
    element,
    heading,
    render({ tip, rates }: SessionState) {
      const { node } = session;
      if (node !== undefined && tip !== undefined) recent.follow(tip, (height) => node.header(height));
      const { newestFirst } = recent;
      const [newest] = newestFirst;
      setText(lead, describeRange(newestFirst.length, newest?.height));
      if (newest !== undefined && newest.hash !== drawnFor) {
        drawnFor = newest.hash;
        const gaps = spacings(newestFirst);
        times.show(gaps, describe(gaps, formatSpan, 'A block came every'));
        const levels = difficulties(newestFirst);
        difficulty.show(levels, describe(levels, formatDifficulty, 'The difficulty was'));
      }
      const { samples } = rates;
      const speeds = {
        heights: samples.map(({ at }) => at),
        values: samples.map(({ perSecond }) => perSecond),
      };
      const fastest = Math.max(0, ...speeds.values);
      rate.show(
        speeds,
        fastest === 0
          ? 'No headers had to be verified in a row in this visit.'
          : `At most ${formatRate(fastest)} headers a second; ${formatRate(speeds.values.at(-1) ?? 0)} now.`,
        fastest > 0 && samples.length >= 2,
      );
    },
  };
}

function describeRange(count: number, newest: number | undefined): string {
  return newest === undefined
    ? 'The headers are being read.'
    : `The newest ${formatCount(count)} headers, up to height ${formatCount(newest)}.`;
}

function describe({ values }: Series, format: (value: number) => string, begin: string): string {
  const summary = summarise(values);
  if (summary === undefined) return 'There are too few headers yet.';
  const { least, median, mean, greatest } = summary;
  return `${begin} ${format(mean)} on average, ${format(median)} in the middle, ${format(least)} at least and ${format(greatest)} at most.`;
}

/** A length of time on an axis, where two ticks must not read alike. */
function formatSeconds(seconds: number): string {
  if (seconds < 180) return `${seconds} s`;
  return seconds < 7200
    ? `${Number((seconds / 60).toFixed(1))} min`
    : `${Number((seconds / 3600).toFixed(1))} h`;
}

function formatDifficulty(value: number): string {
  if (value >= 1e9) return value.toExponential(2).replace('e+', ' × 10^');
  return value < 10 ? String(Number(value.toPrecision(3))) : formatCount(value);
}

/** A chart, its summary and its table. */
class ChartCard {
  readonly element: HTMLElement;
  readonly #summary = createElement('p', 'chart-summary');
  readonly #place = createElement('div', 'chart');
  readonly #table = createElement('table', 'chart-table');
  readonly #details = createElement('details', 'chart-numbers');
  readonly #options: PlotOptions;
  #plot: Plot | undefined;
  #isLoading = false;
  #series: Series = { heights: [], values: [] };
  #shown = '';

  constructor(title: string, testId: string, options: PlotOptions) {
    this.#options = options;
    this.element = createCard(title);
    this.element.dataset.testid = `chart-${testId}`;
    // The sentence and the table say the same.
    this.#place.setAttribute('aria-hidden', 'true');
    this.#details.append(createElement('summary', '', 'As a table'), this.#table);
    this.#details.addEventListener('toggle', () => this.#fillTable());
    this.element.append(this.#summary, this.#place, this.#details);
  }

  /** @param isWorthChart  whether there is more to see than the summary says */
  show(series: Series, summary: string, isWorthChart = series.values.length >= 2): void {
    setText(this.#summary, summary);
    const { heights, values } = series;
    const shown = `${heights.length} ${heights[0]} ${heights.at(-1)} ${values.at(-1)}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#series = series;
    this.#place.hidden = !isWorthChart;
    this.#details.hidden = !isWorthChart;
    if (isWorthChart) void this.#draw();
    this.#fillTable();
  }

  async #draw(): Promise<void> {
    if (this.#plot === undefined) {
      if (this.#isLoading) return;
      this.#isLoading = true;
      try {
        const { Plot } = await import('./plot.js');
        this.#plot = new Plot(this.#place, this.#options);
      } catch {
        // The sentence and the table say the same, and the next block tries again.
        return;
      } finally {
        this.#isLoading = false;
      }
    }
    this.#plot.show(this.#series.heights, this.#series.values);
  }

  /** Nobody sees a closed one, and it changes with each block. */
  #fillTable(): void {
    if (!this.#details.open) return;
    const { formatX, formatY, isTime } = this.#options;
    const head = createElement('tr');
    for (const name of [isTime ? 'Time' : 'Heights', 'Average', 'Least', 'Most']) {
      const cell = createElement('th', '', name);
      cell.scope = 'col';
      head.append(cell);
    }
    const rows = ranges(this.#series, ROWS_MAX).map(({ from, to, summary }) => {
      const row = createElement('tr');
      const name = createElement(
        'th',
        '',
        from === to ? formatX(from) : `${formatX(from)} to ${formatX(to)}`,
      );
      name.scope = 'row';
      row.append(name);
      for (const value of [summary.mean, summary.least, summary.greatest])
        row.append(createElement('td', '', formatY(value)));
      return row;
    });
    const [thead, tbody] = [createElement('thead'), createElement('tbody')];
    thead.append(head);
    tbody.append(...rows);
    this.#table.replaceChildren(thead, tbody);
  }
}
