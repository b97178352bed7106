/** Of every format that is Server-Sent Events. */
export const eventStreamHeaders = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  // no-transform keeps compressing proxies from holding frames back.
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
  // Connection is Node's to say: keep-alive to those who asked for it, and close to a proxy that asked for that.
};
