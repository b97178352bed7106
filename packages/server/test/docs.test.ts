import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROTOCOL_VERSION, errorTable, runEndReasons, runEventSchema } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { configFileSchema } from '../src/config/config-file-schema.ts';
import { loadConfig } from '../src/config/config.ts';
import { environmentVariables } from '../src/config/env.ts';
import { auditEvents } from '../src/observability/audit-events.ts';
import { metricDefinitions } from '../src/observability/metric-definitions.ts';
import { presetNames } from '../src/config/presets.ts';
import { readSourceFiles, repositoryRoot } from './_support/source-files.ts';

const read = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8');
const protocol = read('docs/protocol.md');

/** Cells of the first table below a heading, without the code marks. */
function tableBelow(text: string, heading: string): string[][] {
  const [, section = ''] = text.split(new RegExp(`^## .*${heading}.*$`, 'm'));
  const rows = section.split(/^## /m)[0]?.match(/^\|.*\|$/gm) ?? [];
  const cells = rows.map((row) =>
    row
      .slice(1, -1)
      .split(' | ')
      .map((cell) => cell.trim().replace(/^`|`$/g, '')),
  );
  return cells.slice(2);
}

describe('docs/protocol.md', () => {
  it('states the version of the protocol', () => {
    expect(protocol).toContain(`Protocol version ${PROTOCOL_VERSION}.`);
  });

  it('lists every route, and no other', () => {
    const registered = readSourceFiles('packages/server/src/http/routes').flatMap(({ text }) =>
      [...text.matchAll(/router\.(get|post|put|patch|delete)\(\s*'(\/[^'{]*)'/g)].map(
        ([, method = '', path]) => `${method.toUpperCase()} ${path}`,
      ),
    );
    const documented = tableBelow(protocol, '5. Routes').map(([method, path]) => `${method} ${path}`);
    expect(registered.length).toBeGreaterThan(5);
    expect(documented.toSorted()).toEqual(registered.toSorted());
  });

  it('lists every error code with its status and whether it may be tried again', () => {
    const documented = tableBelow(protocol, '4. Errors');
    const expected = Object.entries(errorTable).map(([code, { status, retryable }]) => [
      code,
      String(status),
      retryable ? 'yes' : 'no',
    ]);
    const byCode = (a: string[], b: string[]) => (a[0] ?? '').localeCompare(b[0] ?? '');
    expect(documented.toSorted(byCode)).toEqual(expected.toSorted(byCode));
  });

  it('lists every event and every way to end', () => {
    const types = runEventSchema.def.options.map((option) => option.shape.type.def.values[0]);
    expect(tableBelow(protocol, '3. Events').map(([type]) => type)).toEqual(types);
    for (const reason of runEndReasons) expect(protocol).toContain(`\`${reason}\``);
  });
});

describe('docs/operating.md', () => {
  it('has the table of variables that config/env.ts makes', () => {
    const rows = environmentVariables.map(
      ({ name, default: value, about }) => `| \`${name}\` | ${value} | ${about} |`,
    );
    expect(read('docs/operating.md')).toContain(
      ['| variable | default | meaning |', '|---|---|---|', ...rows].join('\n'),
    );
  });
});

describe('docs/observability.md', () => {
  const page = read('docs/observability.md');
  it('has a row for each metric, and names none that there is not', () => {
    const rows = Object.entries(metricDefinitions).map(([name, { type, labels, help }]) => {
      const named = labels.map((label) => `\`${label}\``).join(', ');
      return `| \`${name}\` | ${type} | ${named === '' ? '–' : named} | ${help} |`;
    });
    expect(page).toContain(rows.join('\n'));
    const known = Object.keys(metricDefinitions);
    const meant = page.match(/\bsluice_[a-z_]+/g) ?? [];
    expect(meant.filter((name) => !known.includes(name.replace(/_(count|bucket|sum)$/, '')))).toEqual([]);
  });

  it('has a row for each event of the audit log', () => {
    const rows = Object.entries(auditEvents).map(([event, about]) => `| \`${event}\` | ${about} |`);
    expect(page).toContain(rows.join('\n'));
  });
});

describe('docs/sluice.config.schema.json', () => {
  // `vitest -u` writes it anew.
  it('is the shape that the server checks', async () => {
    const schema = z.toJSONSchema(configFileSchema, { io: 'input' });
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(
      join(repositoryRoot, 'docs/sluice.config.schema.json'),
    );
  });
});

describe.each([
  ['docs/models-and-providers.md', 'groq'],
  ['docs/add-a-provider.md', 'lab'],
])('%s', (page, provider) => {
  it('has an example that the server takes as it is', async () => {
    const [, example = ''] = /```json\n([^]*?)```/.exec(read(page)) ?? [];
    const folder = await mkdtemp(join(tmpdir(), 'sluice-docs-'));
    try {
      const path = join(folder, 'sluice.config.json');
      await writeFile(path, example);
      const keys = ['ANTHROPIC_API_KEY', 'GROQ_API_KEY', 'LAB_KEY', 'AZURE_OPENAI_API_KEY'];
      const environment = Object.fromEntries(keys.map((name) => [name, 'k']));
      const { config } = loadConfig({ ...environment, SLUICE_CONFIG: path });
      expect(config.models.providers.map(({ id }) => id)).toContain(provider);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('docs/add-a-provider.md', () => {
  it('names files that are there, but for those of its example', () => {
    const named = [...read('docs/add-a-provider.md').matchAll(/`([\w./-]+\.(?:ts|md|json))`/g)].map(
      ([, path = '']) => path,
    );
    const files = readdirSync(join(repositoryRoot, 'packages/server'), { recursive: true }).map(String);
    const isThere = (path: string) =>
      existsSync(join(repositoryRoot, path)) || files.some((file) => `/${file}`.endsWith(`/${path}`));
    expect(named.length).toBeGreaterThan(15);
    const own = /echo|^sluice\.config\.json$/;
    expect(named.filter((path) => !own.test(path) && !isThere(path))).toEqual([]);
  });
});

describe('docs/models-and-providers.md', () => {
  it('names every preset', () => {
    const page = read('docs/models-and-providers.md');
    expect(presetNames.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('docker-compose.yml', () => {
  it('passes every variable on that an operator may set', () => {
    const compose = read('docker-compose.yml');
    const fixed = new Set(['HOST', 'PORT', 'DATA_DIR']);
    const missing = environmentVariables.filter(
      ({ name }) => !fixed.has(name) && !compose.includes(`${name}: \${${name}:-`),
    );
    expect(missing.map(({ name }) => name)).toEqual([]);
  });
});

describe('docs/page-checklist.md', () => {
  const rows = read('docs/page-checklist.md')
    .split('\n')
    .map(
      (line) =>
        /^\| (?<id>[A-Z]\d+) \| (?<kind>[SP]) \| .* \| (?<tests>.*) \| (?<state>yes|–) \|$/.exec(line)
          ?.groups,
    )
    .filter((groups) => groups !== undefined);
  const listed = rows.flatMap(({ id = '', tests = '' }) =>
    tests.split('<br>').flatMap((test) => {
      const [, file, title] = /^`([\w-]+\.test\.ts)`: (.*)$/.exec(test) ?? [];
      return file === undefined ? [] : [`${id} ${file} ${title}`];
    }),
  );
  const title =
    /\bit(?:\.\w+(?:\((?:[^()]|\([^()]*\))*\))?)*\(\s*(['"`])(?<ids>[A-Z]\d+(?:, [A-Z]\d+)*): (?<rest>(?:(?!\1).|\\.)*)\1/gs;
  const written = readdirSync(join(repositoryRoot, 'e2e'))
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap((file) =>
      [...read(`e2e/${file}`).matchAll(title)].flatMap(({ groups: { ids = '', rest = '' } = {} }) =>
        ids
          .split(', ')
          .filter((id) => id !== 'G9')
          .map((id) => `${id} ${file} ${ids}: ${rest.replaceAll("\\'", "'").replaceAll('|', '/')}`),
      ),
    );

  it('names the tests that are there, and all of them', () => {
    expect(written.length).toBeGreaterThan(50);
    expect([...listed].sort()).toEqual([...written].sort());
  });

  it('has a test for whatever must hold', () => {
    const must = rows.filter(({ kind }) => kind === 'S');
    expect(must).toHaveLength(47);
    expect(must.filter(({ state }) => state !== 'yes').map(({ id }) => id)).toEqual([]);
  });
});
