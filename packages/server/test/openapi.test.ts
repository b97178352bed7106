import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { describedRoutes } from '../src/http/openapi/build-openapi.ts';
import { authorisationRows, requestOf } from './_support/authorisation-rows.ts';
import { type FakeUpstream, startFakeUpstream } from './_support/fake-upstream.ts';
import { listRoutes } from './_support/list-routes.ts';
import { makePerson } from './_support/make-person.ts';
import { type TestServer, pointAt, startServer } from './_support/start-server.ts';

let upstream: FakeUpstream;
let server: TestServer;
beforeAll(async () => {
  upstream = await startFakeUpstream();
  server = await startServer(pointAt(upstream));
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

/** Documents and files of the page: nobody calls them. */
const pages = ['GET /docs', 'GET /docs/errors', 'GET /{*path}'];

interface Operation {
  security: object[];
  responses: Record<string, { content?: Record<string, unknown> }>;
}

async function readDocument() {
  const response = await server.call('/openapi.json', { token: '' });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('application/json');
  return (await response.json()) as { paths: Record<string, Record<string, Operation>> };
}

describe('the description of the API', () => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    const result = await validator.validate(await readDocument());
    expect(result.errors ?? []).toEqual([]);
    expect([result.valid, validator.version]).toEqual([true, '3.1']);
  });

  it('has every route, and no other', async () => {
    const { paths } = await readDocument();
    const described = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map(
        (method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
      ),
    );
    const routes = listRoutes(server).filter((route) => !pages.includes(route));
    expect(described.toSorted()).toEqual(routes.toSorted());
  });

  it('names what each route needs as it is really asked for', () => {
    const rows = new Map(Object.entries(authorisationRows));
    const differing = describedRoutes.filter(({ route, needs }) => {
      const asked = rows.get(route)?.needs;
      const isByToken = !['cookie', 'token of its own', 'probe token'].includes(needs);
      return asked !== (isByToken ? needs : 'nothing');
    });
    expect(differing.map(({ route }) => route)).toEqual([]);
  });

  it('names nothing that is not there', async () => {
    const document = await readDocument();
    const text = JSON.stringify(document);
    const wanted = new Set(
      Array.from(text.matchAll(/"#\/components\/schemas\/([^"]+)"/g), ([, name]) => name),
    );
    const { components } = document as unknown as { components: { schemas: object } };
    expect(Object.keys(components.schemas)).toEqual(expect.arrayContaining([...wanted]));
    expect(text).not.toContain('unnamed-');
  });
});

const answering = describedRoutes.flatMap(({ route, answers }) => {
  const row = authorisationRows[route];
  const answer = row && answers[row.ok];
  return row === undefined || row.ok >= 300 ? [] : [{ route, row, answer }];
});

describe.each(answering)('$route', ({ route, row, answer }) => {
  it(`answers as it is described, with ${row.ok}`, async () => {
    const role = row.needs === 'admin session' ? 'admin' : 'user';
    const person = await makePerson(server, { role, hasGallery: row.uses?.includes('gallery') ?? false });
    const { path, ...init } = requestOf(route, row, person.ids);
    const response = await server.call(path, { ...init, token: person.session });
    const text = await response.text();
    expect(response.status).toBe(row.ok);
    if (answer === undefined) throw new Error(`no ${row.ok} is described`);
    const { schema, mediaType = 'application/json' } = answer;
    if (schema === undefined && answer.mediaType === undefined) return expect(text).toBe('');
    expect(response.headers.get('content-type')).toMatch(new RegExp(`^${mediaType.replace('*', '.+')}`));
    if (schema === undefined || mediaType !== 'application/json') return;
    const body: unknown = JSON.parse(text);
    // What is not described would be left out of it.
    expect(z.parse(schema, body)).toEqual(body);
  });
});
