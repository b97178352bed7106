/**
 * The run has timers for the first token, for silence and for the whole; an SDK must not end a call before them. This is the
 * longest delay a Node timer takes.
 */
export const NO_SDK_TIMEOUT_MS = 2 ** 31 - 1;
