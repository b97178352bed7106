/** Hands the keyboard to the composer, where it is wanted after whatever else was done; not on touch, where it would open a keyboard. */
export function focusComposer(): void {
  if (!matchMedia('(pointer: coarse)').matches) document.getElementById('composer')?.focus();
}
