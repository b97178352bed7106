import { useEffect, useRef } from 'react';
import { makePattern } from './plot-pattern.ts';
import { readColours } from './draw-plot.ts';

interface PlotKeyProps {
  names: readonly string[];
  style: 'bars' | 'lines';
  /** Changes when the theme does. */
  theme: string;
}

/** Which colour and pattern, or line and mark, is whose. */
export function PlotKey({ names, style, theme }: PlotKeyProps) {
  return (
    <ul className="plot-key">
      {names.map((name, index) => (
        <li key={name}>
          <Swatch index={index} style={style} key={`${theme} ${style}`} />
          <span className="wrap-anywhere">{name}</span>
        </li>
      ))}
    </ul>
  );
}

const [WIDTH, HEIGHT] = [24, 14];

function Swatch({ index, style }: { index: number; style: 'bars' | 'lines' }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const pen = canvas.current?.getContext('2d');
    if (!pen) return;
    const { series, ground } = readColours();
    const colour = series[index % series.length] ?? 'currentColor';
    pen.clearRect(0, 0, WIDTH, HEIGHT);
    if (style === 'bars') {
      pen.fillStyle = makePattern(index, { colour, ink: ground });
      pen.fillRect(0, 0, WIDTH, HEIGHT);
      return;
    }
    pen.strokeStyle = colour;
    pen.lineWidth = 2;
    pen.setLineDash(index > 0 ? [6, 4] : []);
    pen.beginPath();
    pen.moveTo(0, HEIGHT / 2);
    pen.lineTo(WIDTH, HEIGHT / 2);
    pen.stroke();
    pen.setLineDash([]);
    pen.fillStyle = index > 0 ? ground : colour;
    pen.beginPath();
    pen.arc(WIDTH / 2, HEIGHT / 2, index > 0 ? 4 : 3.5, 0, 2 * Math.PI);
    pen.fill();
    pen.stroke();
  });
  return <canvas ref={canvas} width={WIDTH} height={HEIGHT} aria-hidden="true" />;
}
