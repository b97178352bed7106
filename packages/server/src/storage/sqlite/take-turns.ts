/** About a third of a millisecond of what comes after an answer. */
const PER_TURN = 4;

/**
 * Lets few of the thread's answers through in one turn of the event loop. Who asks again upon each answer would else hold the loop:
 * a message port gives on, without looking at a socket, for as long as the other side answers quickly.
 * @returns a function that calls what it is given, in order, now or in a later turn
 */
export function takeTurns(): (answer: () => void) => void {
  const held: (() => void)[] = [];
  let taken = 0;
  const next = () => {
    taken = 0;
    while (held.length > 0 && taken < PER_TURN) {
      taken += 1;
      held.shift()?.();
    }
    if (taken > 0) setImmediate(next);
  };
  return (answer) => {
    if (taken === 0) setImmediate(next);
    if (taken === PER_TURN || held.length > 0) held.push(answer);
    else {
      taken += 1;
      answer();
    }
  };
}
