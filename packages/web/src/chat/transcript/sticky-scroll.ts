import { type ScrollPosition, type Stick, followScroll, isAtEnd } from './scroll-stick.ts';

/** Keys that scroll up where they are not used to write. */
const UPWARD_KEYS = new Set(['ArrowUp', 'PageUp', 'Home']);

/** A scroll that was under way, such as that of a key, goes on for so long after one has jumped to the end. */
const AFTERGLOW_MS = 300;

/** Something to stand at, and how far below the upper edge; null: where the style sheet says. */
interface Hold {
  target: Element;
  offset: number | null;
}

function readPosition(box: HTMLElement): ScrollPosition {
  return { top: box.scrollTop, height: box.scrollHeight, clientHeight: box.clientHeight };
}

/** Keeps a scrolling box at its end while its content grows, until the reader scrolls up. */
export class StickyScroll {
  readonly #onChange: (isStuck: boolean) => void;
  #box: HTMLElement | null = null;
  #stick: Stick = { isStuck: true, last: { top: 0, height: 0, clientHeight: 0 } };
  #hold: Hold | null = null;
  #touchY = 0;
  #jumpedAtMs = -Infinity;

  constructor(onChange: (isStuck: boolean) => void) {
    this.#onChange = onChange;
  }

  get isStuck(): boolean {
    return this.#stick.isStuck;
  }

  /** @returns a function that leaves the box alone again */
  attach(box: HTMLElement, content: Element): () => void {
    this.#box = box;
    const leaving = new AbortController();
    const options = { passive: true, signal: leaving.signal };
    const observer = new ResizeObserver(() => this.#afterResize(box));
    observer.observe(box);
    observer.observe(content);
    box.addEventListener('scroll', () => this.#afterScroll(box), options);
    // Whoever means to go up is let go before the box has moved: what grows in that frame would hold it.
    box.addEventListener('wheel', ({ deltaY }) => deltaY < 0 && this.#letGo(box), options);
    box.addEventListener('touchstart', ({ touches }) => (this.#touchY = touches[0]?.clientY ?? 0), options);
    box.addEventListener('touchmove', ({ touches }) => this.#afterTouch(box, touches[0]?.clientY), options);
    box.addEventListener('keydown', (event) => this.#afterKey(box, event), options);
    return () => {
      leaving.abort();
      observer.disconnect();
      this.#box = null;
    };
  }

  /** Goes to the end and follows it. */
  readonly jump = (): void => {
    this.#jumpedAtMs = performance.now();
    if (this.#box !== null) this.#follow(this.#box);
  };

  /**
   * Goes to something within the box, and stays there until the reader scrolls.
   * @param offset its distance from the upper edge of the box, in CSS pixels; unless given, as the style sheet says
   */
  readonly stand = (target: Element, offset: number | null = null): void => {
    const box = this.#box;
    if (box === null) return;
    this.#hold = { target, offset };
    if (offset === null) target.scrollIntoView({ block: 'start', behavior: 'instant' });
    else box.scrollTop += distance(box, target) - offset;
    const last = readPosition(box);
    this.#note({ isStuck: isAtEnd(last), last });
  };

  #follow(box: HTMLElement): void {
    this.#hold = null;
    box.scrollTop = box.scrollHeight;
    this.#note({ isStuck: true, last: readPosition(box) });
  }

  #note(next: Stick): void {
    this.#stick = next;
    this.#onChange(next.isStuck);
  }

  #letGo(box: HTMLElement): void {
    if (box.scrollTop > 0) this.#note({ ...this.#stick, isStuck: false });
  }

  #afterScroll(box: HTMLElement): void {
    if (box.scrollTop !== this.#stick.last.top) this.#hold = null;
    const next = followScroll(this.#stick, readPosition(box));
    if (this.#isHeldBy(next)) this.#follow(box);
    else this.#note(next);
  }

  /** Whether a scroll upwards is but the rest of one that was under way before the reader jumped to the end. */
  #isHeldBy(next: Stick): boolean {
    const isFresh = performance.now() - this.#jumpedAtMs < AFTERGLOW_MS;
    return isFresh && this.#stick.isStuck && !next.isStuck;
  }

  #afterResize(box: HTMLElement): void {
    // What is near enough to be seen finds its height only when it has been scrolled to.
    const hold = this.#hold;
    if (hold?.target.isConnected === true) return this.stand(hold.target, hold.offset);
    // A scroll by the reader may be in before its event is.
    const next = followScroll(this.#stick, readPosition(box));
    const { isStuck } = this.#stick;
    if ((next.isStuck && isStuck) || this.#isHeldBy(next)) this.#follow(box);
    else this.#note({ ...next, isStuck: isStuck && next.isStuck });
  }

  #afterTouch(box: HTMLElement, y: number | undefined): void {
    if (y === undefined) return;
    if (y - this.#touchY >= 1) this.#letGo(box);
    this.#touchY = y;
  }

  #afterKey(box: HTMLElement, { key, target }: KeyboardEvent): void {
    if (target instanceof Element && target.closest('input, textarea') !== null) return;
    if (key === 'End') this.jump();
    else if (UPWARD_KEYS.has(key)) this.#letGo(box);
  }
}

/** @returns how far something stands below the upper edge of the box, in CSS pixels */
export function distance(box: Element, target: Element): number {
  return target.getBoundingClientRect().top - box.getBoundingClientRect().top;
}
