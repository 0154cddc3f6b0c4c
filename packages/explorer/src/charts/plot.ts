/** One chart by uPlot, in the colours of the page. Drawn when its data changes, its width or the colours; never by itself. */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

/** Height of a chart in CSS pixels. */
const HEIGHT = 200;

/** How a chart looks. */
export interface PlotOptions {
  readonly kind: 'bars' | 'line' | 'steps';
  /** Whether x are Unix seconds; else they are heights. */
  readonly isTime?: boolean;
  formatX(value: number): string;
  formatY(value: number): string;
  /** Of the values at the y axis, where they are to read otherwise. */
  formatTick?(value: number): string;
  /** Distances between those values, where they are to be others than powers of ten. */
  readonly ticks?: readonly number[];
}

/** Holds a chart in an element, as wide as that is. */
export class Plot {
  readonly element: HTMLElement;
  readonly #options: PlotOptions;
  #plot: uPlot | undefined;
  #data: uPlot.AlignedData = [[], []];

  /** @param element  what the chart is put into; it must be in the document when data comes */
  constructor(element: HTMLElement, options: PlotOptions) {
    this.element = element;
    this.#options = options;
    new ResizeObserver(() => {
      const { clientWidth } = element;
      if (clientWidth > 0) this.#plot?.setSize({ width: clientWidth, height: HEIGHT });
    }).observe(element);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#draw());
  }

  show(xs: readonly number[], ys: readonly number[]): void {
    this.#data = [[...xs], [...ys]];
    if (this.#plot === undefined) this.#draw();
    else this.#plot.setData(this.#data);
  }

  #draw(): void {
    this.#plot?.destroy();
    const { kind, isTime = false, formatX, formatY, formatTick = formatY, ticks } = this.#options;
    const colours = getComputedStyle(this.element);
    const colour = (name: string) => colours.getPropertyValue(name).trim();
    const axis = {
      stroke: colour('--ink-soft'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { stroke: colour('--line'), width: 1 },
      font: `12px ${colours.fontFamily}`,
    };
    const paths =
      kind === 'bars'
        ? uPlot.paths.bars?.({ size: [0.8, 24] })
        : kind === 'steps'
          ? uPlot.paths.stepped?.({ align: 1 })
          : undefined;
    this.#plot = new uPlot(
      {
        width: Math.max(200, this.element.clientWidth),
        height: HEIGHT,
        padding: [8, 28, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: isTime }, y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.08 : 1] } },
        series: [
          {},
          {
            stroke: colour('--accent'),
            width: kind === 'bars' ? 0 : 2,
            fill: kind === 'bars' ? colour('--bar') : colour('--wash'),
            points: { show: false },
            ...(paths === undefined ? {} : { paths }),
          },
        ],
        axes: [
          { ...axis, values: (_plot, values) => values.map(formatX), space: 80, size: 34 },
          {
            ...axis,
            values: (_plot, values) => values.map(formatTick),
            size: 68,
            ...(ticks === undefined ? {} : { incrs: [...ticks] }),
          },
        ],
      },
      this.#data,
      this.element,
    );
  }
}
