// In: series of values by day, and a box. Out: a plot in the box.
// Never: words; what a day's values are is said beside the plot, and again in the table.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { makePattern } from './plot-pattern.ts';
import { type Series, stack } from './plot-series.ts';

export interface PlotOptions {
  series: readonly Series[];
  /** Bars stand on each other; lines do not. */
  style: 'bars' | 'lines';
  width: number;
  height: number;
  /** Of the day at an index, for the axis. */
  nameDay: (index: number) => string;
  nameValue: (value: number) => string;
  /** Called with the index of the day under the pointer; null for none. */
  onDay: (index: number | null) => void;
}

/** Of a series, as CSS has it: what `usage.css` gives each theme. */
export function readColours(): { series: string[]; ink: string; line: string; ground: string } {
  const style = getComputedStyle(document.documentElement);
  // A canvas does not know light-dark(): an element resolves it.
  const probe = document.createElement('span');
  document.body.append(probe);
  const resolve = (name: string) => {
    probe.style.color = style.getPropertyValue(name).trim() || `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const names = ['--plot-1', '--plot-2', '--plot-3', '--plot-4', '--plot-5', '--plot-6'];
  const colours = {
    series: names.map(resolve),
    ink: resolve('--ink-soft'),
    line: resolve('--line'),
    ground: resolve('--raised'),
  };
  probe.remove();
  return colours;
}

export function drawPlot(box: HTMLElement, options: PlotOptions): uPlot {
  const { series, style, width, height, nameDay, nameValue, onDay } = options;
  const colours = readColours();
  const count = series[0]?.values.length ?? 0;
  const axis = {
    stroke: colours.ink,
    font: `12px ${getComputedStyle(box).fontFamily}`,
    grid: { stroke: colours.line, width: 1 },
    ticks: { show: false },
  };
  const styled =
    style === 'bars'
      ? series.map((_, index) => barStyle(index, colours))
      : series.map((_, index) => lineStyle(index, colours));
  const heights = style === 'bars' ? stack(series) : series.map(({ values }) => [...values]);
  return new uPlot(
    {
      width,
      height,
      legend: { show: false },
      cursor: { y: false, drag: { setScale: false, x: false, y: false }, points: { show: false } },
      scales: {
        x: { time: false, range: [-0.5, Math.max(0, count - 1) + 0.5] },
        y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.08 : 1] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 28,
          space: 64,
          incrs: [1, 2, 7, 14, 30, 60, 90],
          values: (_plot, splits) =>
            splits.map((at) => (Number.isInteger(at) && at < count ? nameDay(at) : '')),
        },
        { ...axis, size: 64, values: (_plot, splits) => splits.map(nameValue) },
      ],
      series: [{}, ...styled],
      hooks: { setCursor: [({ cursor }) => onDay(cursor.idx ?? null)] },
    },
    [Array.from({ length: count }, (_, index) => index), ...heights],
    box,
  );
}

type Colours = ReturnType<typeof readColours>;

const colourOf = ({ series }: Colours, index: number) => series[index % series.length] ?? 'currentColor';

function barStyle(index: number, colours: Colours): uPlot.Series {
  const fill = makePattern(index, { colour: colourOf(colours, index), ink: colours.ground });
  return {
    fill: () => fill as string,
    stroke: colours.ground,
    width: 1,
    points: { show: false },
    ...(uPlot.paths.bars && { paths: uPlot.paths.bars({ size: [0.8, 48] }) }),
  };
}

/** The second one is told from the first by its dashes and its hollow marks as well. */
function lineStyle(index: number, colours: Colours): uPlot.Series {
  const stroke = colourOf(colours, index);
  return {
    stroke,
    width: 2,
    spanGaps: true,
    ...(index > 0 && { dash: [6, 4] }),
    points: {
      show: true,
      size: index > 0 ? 9 : 7,
      width: 2,
      stroke,
      fill: index > 0 ? colours.ground : stroke,
    },
  };
}
