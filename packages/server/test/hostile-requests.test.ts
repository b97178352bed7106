import { Agent, type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { errorTable } from '@sluice/shared';
import { expect, it } from 'vitest';
import { codeOf } from './_support/code-of.ts';
import { fullCounts, randomFrom } from './_support/counts.ts';
import { prove } from './_support/guarantees/prove.ts';
import { type HostileRequest, makeHostileRequest } from './_support/hostile-request.ts';
import { makePerson } from './_support/make-person.ts';
import { useServer } from './_support/use-server.ts';

const pair = useServer({ MAX_RUNS_PER_USER: '0' });
const total = fullCounts ? 20_000 : 600;
const BATCH = 20;
/** Some requests sign their person out, or delete what they have. */
const REQUESTS_PER_PERSON = 200;

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

it(
  `malformed requests to any route are refused in clear words, and end nothing (× ${total})`,
  { timeout: 600_000 },
  async () => {
    const random = randomFrom('hostile requests');
    using agent = makeAgent();
    const broken: object[] = [];
    const statuses: Record<number, number> = {};
    for (let done = 0; done < total;) {
      const { ids, session } = await makePerson(pair.server, { role: 'admin', hasGallery: false });
      for (let asked = 0; asked < REQUESTS_PER_PERSON && done < total; asked += BATCH, done += BATCH) {
        const requests = Array.from({ length: BATCH }, () => makeHostileRequest(random, ids));
        const answers = await Promise.all(requests.map((request) => send(request, { session, agent })));
        for (const [index, answer] of answers.entries()) {
          statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
          if (!isClear(answer)) broken.push({ ...describeRequest(requests[index]!), ...answer });
        }
      }
    }
    if (broken.length > 0) console.log(JSON.stringify(broken.slice(0, 5)));
    prove('hostile-requests', { found: broken.length, cases: total, seed: random.seed });
    expect((await pair.server.call('/readyz')).status).toBe(200);
    // Most are wrong in a way that is seen; and not all in the same.
    expect((statuses[400] ?? 0) / total).toBeGreaterThan(0.05);
    expect(Object.keys(statuses).length).toBeGreaterThan(6);
  },
);

function makeAgent(): Agent & Disposable {
  const agent = new Agent({ keepAlive: true });
  return Object.assign(agent, { [Symbol.dispose]: () => agent.destroy() });
}

/** As it is: `fetch` would mend half of it. */
function send(
  { method, path, headers, body }: HostileRequest,
  { session, agent }: { session: string; agent: Agent },
): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const request = httpRequest(new URL(pair.server.url).origin, {
    method,
    path,
    agent,
    headers: {
      authorization: `Bearer ${session}`,
      ...(body !== undefined && { 'content-length': body.length }),
      ...headers,
    },
  });
  request.on('error', (error) => resolve({ status: 0, headers: {}, text: String(error) }));
  request.on('response', (response) => {
    const { statusCode: status = 0 } = response;
    buffer(response).then(
      (bytes) => resolve({ status, headers: response.headers, text: String(bytes) }),
      // What is deleted while it is read breaks off, and can't look whole.
      (error: unknown) => resolve({ status, headers: response.headers, text: String(error) }),
    );
  });
  request.end(body);
  return promise;
}

/** Done, or refused with a code of the table and words for people; a HEAD has no words. */
function isClear({ status, headers, text }: Answer): boolean {
  if (status === 0 || status >= 500) return false;
  if (status < 400) return true;
  if (text === '') return headers['x-request-id'] !== undefined;
  try {
    return Object.hasOwn(errorTable, codeOf(text) ?? '');
  } catch {
    return false;
  }
}

function describeRequest({ method, path, headers, body }: HostileRequest) {
  return { method, path: path.slice(0, 200), sent: headers, body: body?.toString().slice(0, 300) };
}
