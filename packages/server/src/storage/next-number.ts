let last = 0;

/**
 * A number above all that this process has given out, and above `floor`: the time in microseconds, so that what is stored later
 * has the higher one whatever process stores it. Below 2^53 until the year 2255.
 */
export function nextNumber(floor = 0): number {
  last = Math.max(last + 1, floor + 1, Date.now() * 1000);
  return last;
}
