/** Strokes on a square of `SIZE`; whoever cannot tell the colours apart tells these. */
const SIZE = 8;

const strokes: readonly ((pen: CanvasRenderingContext2D) => void)[] = [
  () => undefined,
  (pen) =>
    drawLines(pen, [
      [0, SIZE, SIZE, 0],
      [-1, 1, 1, -1],
      [SIZE - 1, SIZE + 1, SIZE + 1, SIZE - 1],
    ]),
  (pen) => {
    pen.beginPath();
    pen.arc(SIZE / 2, SIZE / 2, 1.6, 0, 2 * Math.PI);
    pen.fill();
  },
  (pen) => drawLines(pen, [[0, SIZE / 2, SIZE, SIZE / 2]]),
  (pen) =>
    drawLines(pen, [
      [0, 0, SIZE, SIZE],
      [-1, SIZE - 1, 1, SIZE + 1],
      [SIZE - 1, -1, SIZE + 1, 1],
    ]),
  (pen) =>
    drawLines(pen, [
      [SIZE / 2, 0, SIZE / 2, SIZE],
      [0, SIZE / 2, SIZE, SIZE / 2],
    ]),
];

function drawLines(
  pen: CanvasRenderingContext2D,
  lines: readonly (readonly [number, number, number, number])[],
) {
  pen.beginPath();
  for (const [x1, y1, x2, y2] of lines) {
    pen.moveTo(x1, y1);
    pen.lineTo(x2, y2);
  }
  pen.stroke();
}

interface Inks {
  /** Of the ground. */
  colour: string;
  /** Of what is drawn on it. */
  ink: string;
}

/** @returns what the bars of the series of this index are filled with: a colour, and from the second on a pattern on it */
export function makePattern(index: number, { colour, ink }: Inks): CanvasPattern | string {
  const tile = document.createElement('canvas');
  tile.width = SIZE;
  tile.height = SIZE;
  const pen = tile.getContext('2d');
  if (pen === null) return colour;
  pen.fillStyle = colour;
  pen.fillRect(0, 0, SIZE, SIZE);
  pen.fillStyle = ink;
  pen.strokeStyle = ink;
  pen.lineWidth = 1.5;
  strokes[index % strokes.length]?.(pen);
  return pen.createPattern(tile, 'repeat') ?? colour;
}
