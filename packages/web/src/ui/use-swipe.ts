import { type RefObject, type TouchEvent, useRef } from 'react';

/** How far a finger goes, in CSS pixels, before it means something. */
const START_PX = 12;
/** The part of the element's width after which it is let go. */
const AWAY = 0.3;

/** @returns what lets a finger push an element out to the left; it comes back when it was not pushed far enough */
export function useSwipe(element: RefObject<HTMLElement | null>, onAway: () => void) {
  const from = useRef<{ x: number; y: number; isSwipe: boolean } | null>(null);

  const move = (px: number) => {
    if (element.current !== null) element.current.style.translate = px === 0 ? '' : `${px}px 0`;
  };
  const distance = ({ clientX }: { clientX: number }) => Math.min(0, clientX - (from.current?.x ?? clientX));

  return {
    onTouchStart({ touches }: TouchEvent) {
      const touch = touches.item(0);
      from.current = touches.length > 1 ? null : { x: touch.clientX, y: touch.clientY, isSwipe: false };
    },
    onTouchMove({ touches }: TouchEvent) {
      const touch = touches.item(0);
      const start = from.current;
      if (start === null) return;
      const sideways = start.x - touch.clientX;
      const isScroll = Math.abs(touch.clientY - start.y) > START_PX && !start.isSwipe;
      if (isScroll) from.current = null;
      else if (sideways > START_PX) start.isSwipe = true;
      if (start.isSwipe) move(distance(touch));
    },
    onTouchEnd({ changedTouches }: TouchEvent) {
      const touch = changedTouches.item(0);
      const pushed = from.current?.isSwipe !== true ? 0 : -distance(touch);
      from.current = null;
      move(0);
      if (pushed > (element.current?.offsetWidth ?? Infinity) * AWAY) onAway();
    },
  };
}
