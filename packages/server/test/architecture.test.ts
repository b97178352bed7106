import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSourceFiles, repositoryRoot } from './_support/source-files.ts';

const src = 'packages/server/src';

/** What each room may import beside itself and shared; docs/architecture.md draws it. */
const mayImport: Record<string, readonly string[] | 'anything'> = {
  config: [],
  encoders: [],
  catalog: [],
  observability: ['config'],
  storage: ['observability'],
  providers: ['observability', 'catalog'],
  'event-log': ['observability'],
  auth: ['storage', 'observability'],
  conversations: ['storage', 'observability'],
  admission: ['storage', 'observability'],
  runs: ['providers', 'event-log', 'admission', 'catalog', 'conversations', 'storage', 'observability'],
  transport: ['encoders', 'observability'],
  http: ['auth', 'runs', 'conversations', 'encoders', 'transport', 'catalog', 'storage', 'observability'],
  doctor: ['auth', 'config', 'event-log', 'http', 'providers', 'storage'],
  cli: 'anything',
};
/** The files beside the rooms. */
const entrances = ['main.ts', 'app.ts', 'compose.ts', 'compose-models.ts', 'listen.ts'];

/** Where each outside package, or Node module of weight, may be imported in the server's sources. */
const owners: Record<string, readonly string[]> = {
  express: ['http', 'app.ts'],
  cors: ['http'],
  compression: ['http'],
  helmet: ['http'],
  'express-rate-limit': ['http'],
  'rate-limit-redis': ['admission'],
  jsonwebtoken: ['auth'],
  jose: ['auth'],
  '@anthropic-ai/sdk': ['providers/anthropic'],
  openai: ['providers/openai', 'providers/openai-compatible'],
  '@google/genai': ['providers/gemini'],
  'gpt-tokenizer': ['runs'],
  kysely: ['storage'],
  'node:sqlite': ['storage'],
  pg: ['storage'],
  pino: ['observability'],
  'prom-client': ['observability'],
  '@opentelemetry/api': ['observability'],
  '@opentelemetry/sdk-trace': ['observability'],
  '@opentelemetry/resources': ['observability'],
  '@opentelemetry/exporter-trace-otlp-http': ['observability'],
  redis: ['event-log'],
  ws: ['transport'],
  zod: ['config', 'http', 'auth', 'conversations'],
  '@sluice/shared': ['.'],
};

const bannedNames = /(^|-)(utils?|helpers?|common|misc|manager|service|handler|impl)(-|$)|(^|-)(data|info)$/;

const server = readSourceFiles(src);
const shared = readSourceFiles('packages/shared/src');
const web = readSourceFiles('packages/web/src');
const all = [...server, ...shared, ...web];

/** The room of a server file, or its own name for a file that stands beside the rooms. */
function roomOf(path: string): string {
  return path.slice(src.length + 1).split('/')[0] ?? '';
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

describe('the house', () => {
  it('has sources to look at', () => {
    expect(server.length).toBeGreaterThan(40);
    expect(shared.length).toBeGreaterThan(10);
    expect(web.length).toBeGreaterThan(10);
  });

  it('lets rooms import only what stands before them', () => {
    const breaches = server.flatMap((file) => {
      const room = roomOf(file.path);
      const allowed = entrances.includes(room) ? 'anything' : mayImport[room];
      if (allowed === undefined) return [`${file.path} is in no known room`];
      if (allowed === 'anything') return [];
      return file.files
        .filter((target) => roomOf(target) !== room && !allowed.includes(roomOf(target)))
        .map((target) => `${file.path} imports ${target}`);
    });
    expect(breaches).toEqual([]);
  });

  it('keeps shared, server and web apart', () => {
    // The examples, as text.
    const isShown = (path: string, target: string) =>
      path === 'packages/web/src/settings/code-snippets.ts' && /^examples\/.+\?raw$/.test(target);
    const breaches = all.flatMap((file) => {
      const home = file.path.split('/').slice(0, 3).join('/');
      const strayFiles = file.files.filter(
        (target) => !target.startsWith(home) && !isShown(file.path, target),
      );
      const strayPackages = file.packages.filter(
        (name) =>
          /^@sluice\/(server|web)/.test(name) ||
          (name.startsWith('@sluice/shared') && home.includes('shared')),
      );
      return [...strayFiles, ...strayPackages].map((target) => `${file.path} imports ${target}`);
    });
    expect(breaches).toEqual([]);
  });

  it('gives each outside package one owner', () => {
    const breaches = server.flatMap((file) =>
      file.packages.map(packageName).flatMap((name) => {
        const homes = owners[name];
        if (homes === undefined)
          return name.startsWith('node:') ? [] : [`${file.path}: ${name} has no owner`];
        const inside = file.path.slice(src.length + 1);
        const isHome = homes.some((home) => home === '.' || inside === home || inside.startsWith(`${home}/`));
        return isHome ? [] : [`${file.path} imports ${name}`];
      }),
    );
    expect(breaches).toEqual([]);
  });

  it('reads process.env in one file and writes to sockets in one file', () => {
    const using = (pattern: RegExp) =>
      server.filter(({ text }) => pattern.test(text)).map(({ path }) => path);
    expect(using(/\bprocess\.env\b(?!\.$)/m).filter((path) => !path.endsWith('config/env.ts'))).toEqual([]);
    expect(using(/\bres\.write\(/)).toEqual([`${src}/transport/send-events.ts`]);
  });

  it('has no cycles', () => {
    const graph = new Map(all.map(({ path, files }) => [path, files]));
    const state = new Map<string, 'open' | 'done'>();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (state.get(path) === 'done') return;
      if (state.get(path) === 'open') {
        cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
        return;
      }
      state.set(path, 'open');
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
      state.set(path, 'done');
    };
    for (const path of graph.keys()) visit(path, []);
    expect(cycles).toEqual([]);
  });

  it('lets no feature of the page import another, and no layer a feature', () => {
    const layers = ['stream', 'markdown', 'api', 'ui', 'german'];
    // What lies over all screens or around them.
    const frame = 'shell';
    const folderOf = (path: string) => path.split('/')[3] ?? '';
    const breaches = web
      .filter(({ path }) => path.split('/').length > 4 && folderOf(path) !== frame)
      .flatMap((file) =>
        file.files
          .map((target) => ({ target, from: folderOf(file.path), to: folderOf(target) }))
          .filter(
            ({ target, from, to }) => target.split('/').length > 4 && from !== to && !layers.includes(to),
          )
          .map(({ target }) => `${file.path} imports ${target}`),
      );
    expect(breaches).toEqual([]);
  });

  it('names files in kebab-case after what they hold', () => {
    const stems = all.map(({ path }) => (path.split('/').at(-1) ?? '').replace(/\.(d\.)?tsx?$/, ''));
    expect(stems.filter((stem) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(stem) || bannedNames.test(stem))).toEqual(
      [],
    );
  });

  it('keeps files small: none over 400 lines, the median under 80', () => {
    const lengths = all.map(({ path, text }) => ({ path, lines: text.split('\n').length }));
    expect(lengths.filter(({ lines }) => lines > 400)).toEqual([]);
    const sorted = lengths.map(({ lines }) => lines).sort((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(80);
  });

  it('has the files at the top that the house is drawn with', () => {
    const names = [
      'README.md',
      'CONTRIBUTING.md',
      'CHANGELOG.md',
      'SECURITY.md',
      'LICENSE',
      'pnpm-workspace.yaml',
      'tsconfig.base.json',
      'Dockerfile',
      'docker-compose.yml',
      'nginx.conf',
      '.env.example',
      '.ci/run',
      'docs/architecture.md',
      'docs/protocol.md',
      'docs/glossary.md',
      'docs/operating.md',
    ];
    expect(names.filter((name) => !existsSync(join(repositoryRoot, name)))).toEqual([]);
  });
});
