import { beforeAll, describe, expect, it } from 'vitest';
import { authorisationRows, requestOf } from './_support/authorisation-rows.ts';
import { type Person, makePerson, makeUnknownIds } from './_support/make-person.ts';
import { useServer } from './_support/use-server.ts';

const pair = useServer({ MAX_RUNS_PER_USER: '0' });
const rows = Object.entries(authorisationRows);
let person: Person;
beforeAll(async () => {
  person = await makePerson(pair.server, { role: 'admin' });
});

async function ask(name: string, token: string): Promise<Response> {
  const row = authorisationRows[name]!;
  // What a reader is given counts; what changes something names nothing that is there, so that all is there for the next.
  const ids = name.startsWith('GET ') ? person.ids : makeUnknownIds();
  const { path, ...init } = requestOf(name, row, ids);
  const response = await pair.server.call(path, { ...init, token });
  if (name.startsWith('GET ') && token !== '') expect(response.status).toBe(row.ok);
  await response.text();
  return response;
}

function expectToBeNobodysToKeep({ headers }: Response): void {
  expect(headers.get('cache-control')).toMatch(/^no-(?:store|cache, no-transform)$/);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
}

describe('no browser, and no cache on the way, uses again without asking what was said by', () => {
  const ofApi = rows.filter(([name]) => /^\S+ \/(?:api|v1)\//.test(name));
  // Those that end the session they are asked with come last.
  const inOrder = ofApi.map(([name]) => name).toSorted((a, b) => Number(endsAll(a)) - Number(endsAll(b)));
  it.each(inOrder)('%s', async (name) => {
    expectToBeNobodysToKeep(await ask(name, ''));
    expectToBeNobodysToKeep(await ask(name, person.session));
  });
});

function endsAll(name: string): boolean {
  return name === 'DELETE /api/me/sessions';
}

it('every answer says what it is, and in which charset where it is text', async () => {
  for (const [name] of rows) {
    const { headers, status } = await ask(name, '');
    if (status === 204 || headers.get('content-length') === '0') continue;
    expect(headers.get('content-type'), name).toMatch(
      /^(?:application\/(?:problem\+)?json|text\/[a-z-]+; charset=utf-8)/,
    );
  }
});
