const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** @returns as people read it: `2.1 MiB` */
export function describeBytes(bytes: number): string {
  let amount = bytes;
  let unit = 0;
  for (; amount >= 1024 && unit < units.length - 1; unit += 1) amount /= 1024;
  return `${unit === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${units[unit]}`;
}
