import { accountRoutes } from './account-routes.ts';
import { adminRoutes } from './admin-routes.ts';
import { chatRoutes } from './chat-routes.ts';
import { conversationRoutes } from './conversation-routes.ts';
import type { DescribedAnswer, DescribedRoute, Needs } from './described-route.ts';
import { tags } from './described-route.ts';
import { dialectRoutes } from './dialect-routes.ts';
import { type JsonSchema, SchemaBook } from './schema-book.ts';

/** All routes that apps and people may call; the page's own files are none. */
export const describedRoutes: readonly DescribedRoute[] = [
  ...chatRoutes,
  ...dialectRoutes,
  ...conversationRoutes,
  ...accountRoutes,
  ...adminRoutes,
];

const needed: Record<Needs, string> = {
  chat: 'a token with the scope `chat`',
  history: 'a token with the scope `history`',
  usage: 'a token with the scope `usage`',
  session: 'a session: the access token of somebody who signed in',
  'admin session': 'the session of an administrator',
  cookie: 'the refresh cookie, and an `Origin` of this server’s own',
  'token of its own': 'a token with the scope `chat`, as said above',
  'probe token': 'a token in `X-Sluice-Probe` that only the command can make, who knows the server’s secret',
  nothing: 'nothing',
};

/** @returns the OpenAPI 3.1 document, from the schemas that requests are really checked with */
export function buildOpenapi(): object {
  const schemas = new SchemaBook(describedRoutes.flatMap(listSchemas));
  const paths: Record<string, Record<string, object>> = {};
  for (const described of describedRoutes) {
    const [method = '', route = ''] = described.route.split(' ');
    const path = route.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [method.toLowerCase()]: toOperation(described, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sluice',
      version: '1',
      summary: 'Authenticated streaming chat for language models',
      description:
        'Make a token under Settings → API tokens, put it in under *Authorize*, and try any route. The errors have [a page of their own](/docs/errors).',
    },
    servers: [{ url: '/' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: schemas.components,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        key: {
          type: 'apiKey',
          in: 'header',
          name: 'x-api-key',
          description: 'The same token, as Anthropic’s clients send it.',
        },
      },
    },
  };
}

function listSchemas({ body, query, answers }: DescribedRoute) {
  const told = Object.values(answers).map(({ schema }) => schema);
  return [body === 'anything' ? undefined : body, query, ...told].filter((schema) => schema !== undefined);
}

function toOperation(described: DescribedRoute, schemas: SchemaBook): object {
  const { route, tag, does, more, needs, body, example, answers } = described;
  // A browser sends its cookie by itself, and lets no form do so.
  const isOpen = ['nothing', 'cookie', 'token of its own', 'probe token'].includes(needs);
  const security = isOpen ? [] : [{ token: [] }, ...(route.includes(' /v1/') ? [{ key: [] }] : [])];
  return {
    operationId: route.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase(),
    tags: [tag],
    summary: does,
    description: [more, `Needs ${needed[needs]}.`].filter(Boolean).join('\n\n'),
    security,
    parameters: listParameters(described, schemas),
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: body === 'anything' ? {} : schemas.refer(body),
            ...(example !== undefined && { example }),
          },
        },
      },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [status, toResponse(answer, schemas)]),
      ),
      default: described.refusal ?? refusal,
    },
  };
}

const refusal = {
  description: 'Refused, or failed: the `code` says why.',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

function toResponse(answer: DescribedAnswer, schemas: SchemaBook): object {
  const { is, schema, mediaType, otherMediaTypes = [], example } = answer;
  if (schema === undefined && mediaType === undefined) return { description: is };
  const content = {
    ...(schema !== undefined && { schema: schemas.refer(schema) }),
    ...(example !== undefined && { example }),
  };
  const others = otherMediaTypes.map((type) => [type, { schema: { type: 'string' } }]);
  return {
    description: is,
    content: { [mediaType ?? 'application/json']: content, ...Object.fromEntries(others) },
  };
}

function listParameters({ route, query, headers = {} }: DescribedRoute, schemas: SchemaBook): object[] {
  const text = { type: 'string' };
  const inPath = Array.from(route.matchAll(/:(\w+)/g), ([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: text,
  }));
  const asked: JsonSchema = query === undefined ? {} : schemas.refer(query);
  const required = (asked['required'] ?? []) as string[];
  const inQuery = Object.entries((asked['properties'] ?? {}) as Record<string, object>).map(
    ([name, schema]) => ({ name, in: 'query', required: required.includes(name), schema }),
  );
  const inHeaders = Object.entries(headers).map(([name, description]) => ({
    name,
    in: 'header',
    description,
    schema: text,
  }));
  return [...inPath, ...inQuery, ...inHeaders];
}
