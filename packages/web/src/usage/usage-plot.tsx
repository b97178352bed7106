import { type KeyboardEvent, type RefObject, useEffect, useId, useRef, useState } from 'react';
import type uPlot from 'uplot';
import { formatDate } from '../ui/format.ts';
import { t } from '../ui/text.ts';
import { drawPlot } from './draw-plot.ts';
import { PlotKey } from './plot-key.tsx';
import type { Series } from './plot-series.ts';
import { useThemeName } from './use-theme-name.ts';

const HEIGHT = 220;

interface UsagePlotProps {
  /** What is plotted. */
  title: string;
  days: readonly string[];
  series: readonly Series[];
  style: 'bars' | 'lines';
  nameValue: (value: number) => string;
}

const nameDay = (day: string) => formatDate(day, { day: 'numeric', month: 'short', timeZone: 'UTC' });

const steps: Record<string, (index: number, last: number) => number> = {
  ArrowLeft: (index) => Math.max(0, index - 1),
  ArrowRight: (index, last) => Math.min(last, index + 1),
  Home: () => 0,
  End: (_, last) => last,
};

/** What was used, day by day; the arrow keys go from day to day as the pointer does, and the day is read out below. */
export function UsagePlot({ title, days, series, style, nameValue }: UsagePlotProps) {
  const [day, setDay] = useState<number | null>(null);
  const theme = useThemeName();
  const readoutId = useId();
  const box = useRef<HTMLDivElement>(null);
  const plot = usePlot(box, { days, series, style, nameValue, theme, setDay });
  const onKeyDown = (event: KeyboardEvent) => {
    const next = steps[event.key]?.(day ?? days.length, days.length - 1);
    if (next === undefined) return;
    event.preventDefault();
    const left = plot.current?.valToPos(next, 'x');
    if (left !== undefined) plot.current?.setCursor({ left, top: 0 });
  };
  return (
    <figure>
      <div
        ref={box}
        className="plot"
        role="group"
        tabIndex={0}
        aria-label={t(
          'Plot: {title}. The arrow keys go from day to day; the table below has the same figures.',
          {
            title,
          },
        )}
        aria-describedby={readoutId}
        onKeyDown={onKeyDown}
      />
      <p id={readoutId} className="plot-readout" aria-live="polite">
        {day !== null && days[day] !== undefined && (
          <>
            <strong>{nameDay(days[day])}</strong>{' '}
            {series.map(({ name, values }) => `${name}: ${nameOrDash(values[day], nameValue)}`).join(' · ')}
          </>
        )}
      </p>
      <PlotKey names={series.map(({ name }) => name)} style={style} theme={theme} />
    </figure>
  );
}

function nameOrDash(value: number | null | undefined, nameValue: (value: number) => string): string {
  return value === null || value === undefined ? '–' : nameValue(value);
}

interface DrawnPlot extends Omit<UsagePlotProps, 'title'> {
  theme: string;
  setDay: (day: number | null) => void;
}

function usePlot(
  box: RefObject<HTMLDivElement | null>,
  { days, series, style, nameValue, theme, setDay }: DrawnPlot,
): RefObject<uPlot | null> {
  const plot = useRef<uPlot | null>(null);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const drawn = drawPlot(element, {
      series,
      style,
      width: element.clientWidth,
      height: HEIGHT,
      nameDay: (index) => nameDay(days[index] ?? ''),
      nameValue,
      onDay: setDay,
    });
    plot.current = drawn;
    const observer = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, [box, days, series, style, nameValue, theme, setDay]);
  return plot;
}
