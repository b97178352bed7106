/** Whether the page is used with fingers: focus would open a keyboard, which has no other key to break a line than Enter. */
export function isTouch(): boolean {
  return matchMedia('(pointer: coarse)').matches;
}
