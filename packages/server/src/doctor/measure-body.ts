import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Hop } from './hop.ts';
import type { Reply } from './measurement.ts';
import { probeHeaders, readAnswer, send, silenceOf } from './send.ts';

/** What a question with images may have: less may come through where this does not, but the page offers all of it. */
const BODY_BYTES = 20 * 1024 * 1024;
/** One that says nothing to `Expect` may take the body all the same (RFC 9110, section 10.1.1). */
const CONTINUE_MS = 1000;

/** Announces the body first, so that most who will not have it say so before any of it is sent; then sends it, for some look only then. */
export async function measureBody(hop: Hop, token: string, signal: AbortSignal): Promise<Reply> {
  const headers = { ...probeHeaders(token), 'content-length': BODY_BYTES, expect: '100-continue' };
  const request = send(hop, { method: 'POST', path: '/api/doctor/body', headers }, signal);
  try {
    const answered = once(request, 'response').then(([response]) => readAnswer(response as IncomingMessage));
    answered.catch(() => undefined);
    const continued = once(request, 'continue').then(
      () => true,
      () => false,
    );
    request.flushHeaders();
    const isWanted = await Promise.race([answered.then(() => false), continued, sleep(CONTINUE_MS, true)]);
    if (isWanted) request.end(Buffer.alloc(BODY_BYTES, ' '));
    return await answered;
  } catch (error) {
    return silenceOf(error);
  } finally {
    request.destroy();
  }
}
