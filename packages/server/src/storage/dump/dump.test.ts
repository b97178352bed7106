import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeConnections } from '../databases.fixture.ts';
import type { OpenConnections } from '../database.ts';
import { createDatabase } from '../open-database.ts';
import { makeUser } from '../rows.fixture.ts';
import { queryWords } from '../search-words.ts';
import { dumpToText, fillDatabase, inPieces } from './dump.fixture.ts';
import { dumpedTables, undumpedTables } from './dump-format.ts';
import { restoreDump } from './restore-dump.ts';

const linesOf = (text: string) => text.split('\n').slice(0, -1);
const endOf = (text: string) => JSON.parse(linesOf(text).at(-1) ?? '') as { rows: Record<string, number> };

/** With an end that fits: altered by somebody who knows how. */
function withEnd(lines: readonly string[]): string {
  const text = lines.map((line) => `${line}\n`).join('');
  const rows: Record<string, number> = {};
  for (const line of lines.slice(1)) {
    const { table } = JSON.parse(line) as { table: string };
    rows[table] = (rows[table] ?? 0) + 1;
  }
  const sha256 = createHash('sha256').update(text).digest('hex');
  return `${text}${JSON.stringify({ end: true, rows, sha256 })}\n`;
}

let openSqlite: () => Promise<OpenConnections>;
describeConnections((name, open) => {
  if (name === 'SQLite') openSqlite = open;
  describe(`a backup of ${name}`, () => {
    let connections: OpenConnections;
    let filled: Awaited<ReturnType<typeof fillDatabase>>;
    let text: string;
    /** A database that nothing is written to for good. */
    let empty: OpenConnections;
    beforeAll(async () => {
      connections = await open();
      filled = await fillDatabase(createDatabase(connections));
      text = await dumpToText(connections);
      empty = await open();
    });

    it('has every row of every table that is kept, and nothing that signs anybody in', async () => {
      for (const { name: table } of dumpedTables) {
        const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(
          connections.db,
        );
        expect([table, endOf(text).rows[table]]).toEqual([table, rows[0]?.n]);
        expect(endOf(text).rows[table]).toBeGreaterThan(0);
      }
      expect(text).not.toContain('canary');
      expect(JSON.parse(linesOf(text)[0] ?? '')).toMatchObject({
        sluice: 'backup',
        format: 1,
        version: '1.2.3',
      });
    });

    it('is decided for every table there is', async () => {
      const { db } = await open();
      const tables = (await db.introspection.getTables()).map((table) => table.name);
      const own = tables.filter((table) => !/^(search_index|schema_migrations|sqlite_)/.test(table));
      const known = [...dumpedTables.map((table) => table.name), ...undumpedTables];
      expect(own.toSorted((a, b) => a.localeCompare(b))).toEqual(
        known.toSorted((a, b) => a.localeCompare(b)),
      );
    });

    it('is read into SQLite and back, line for line, with the same answers', async () => {
      const other = await openSqlite();
      expect(await restoreDump(other, inPieces(text))).toBe(linesOf(text).length - 2);
      expect(await dumpToText(other)).toBe(text);
      const back = await open();
      await restoreDump(back, inPieces(await dumpToText(other), 77));
      expect(await dumpToText(back)).toBe(text);
      const before = createDatabase(connections);
      for (const after of [createDatabase(other), createDatabase(back)]) {
        for (const query of filled.searches) {
          const search = { userId: filled.userId, words: queryWords(query), before: 2 ** 53 - 1, limit: 99 };
          const hits = await before.search.find(search);
          expect(hits.length, query).toBeGreaterThan(0);
          expect(await after.search.find(search)).toEqual(hits);
        }
        const usage = { from: 0, to: 2 ** 53 - 1, groupBy: 'token' } as const;
        expect(await after.usage.sum(usage)).toEqual(await before.usage.sum(usage));
        const list = { userId: filled.userId, isArchived: false, limit: 99 };
        expect(await after.conversations.list(list)).toEqual(await before.conversations.list(list));
      }
    });

    // PGlite has one connection.
    it.skipIf(name === 'PGlite')('is of one moment, however much is written meanwhile', async () => {
      const { users } = createDatabase(connections);
      const later = makeUser();
      expect(await dumpToText(connections, () => users.insert(later))).toBe(text);
      expect(await dumpToText(connections)).toContain(later.id);
    });

    it.each<[string, (text: string) => string, RegExp]>([
      ['cut short within a line', (text) => text.slice(0, -20), /ends within line \d+: it is cut short/],
      ['cut short by its last byte', (text) => text.slice(0, -1), /ends within line \d+/],
      [
        'cut short after a line',
        (text) => `${linesOf(text).slice(0, -1).join('\n')}\n`,
        /has no end: it is cut short/,
      ],
      ['empty', () => '', /this is no backup of Sluice/],
      ['of something else', () => '{"a":1}\n', /this is no backup of Sluice/],
      [
        'of a later format',
        (text) => text.replace('"format":1', '"format":2'),
        /format 2 by Sluice 1\.2\.3; this one reads format 1: upgrade it/,
      ],
      [
        'of a later database',
        (text) => text.replace(/"schema":"[^"]+"/, '"schema":"9999-later"'),
        /newer version of Sluice \(1\.2\.3, with 9999-later\): upgrade this one/,
      ],
      ['altered in a value', (text) => text.replace('Hello World', 'Jello World'), /altered or damaged/],
      ['altered in its header', (text) => text.replace('1.2.3', '1.2.4'), /altered or damaged/],
      [
        'without one of its lines',
        (text) =>
          linesOf(text)
            .filter((line) => !line.includes('"table":"identities"'))
            .join('\n') + '\n',
        /altered or damaged/,
      ],
      ['not text', (text) => text.replace('"email":"', '"email":\u0007"'), /line 2 is not JSON/],
      ['with more after its end', (text) => `${text}{"end":true}\n`, /line \d+ comes after the end/],
      [
        'with a wrong type',
        (text) => text.replace('"disabled":0', '"disabled":"0"'),
        /line 2 has a wrong value for disabled/,
      ],
      [
        'without a column',
        (text) => text.replace('"disabled":0,', ''),
        /line 2 has a wrong value for disabled/,
      ],
      [
        'with a column too many',
        (text) => text.replace('"disabled":0,', '"disabled":0,"__proto__":1,'),
        /line 2 has a column that the table has not: __proto__/,
      ],
      [
        'of a table that is not one',
        (text) => text.replace('"table":"users"', '"table":"users; drop table users"'),
        /line 2 is of a table that no backup has/,
      ],
      [
        'in another order',
        (text) => {
          const [header = '', user = '', ...rest] = linesOf(text).slice(0, -1);
          return withEnd([header, ...rest, user]);
        },
        /line \d+ is of the table users, which must come sooner|lines \d+ to \d+ cannot be stored/,
      ],
      [
        'with a row twice',
        (text) => {
          const [header = '', user = '', ...rest] = linesOf(text).slice(0, -1);
          return withEnd([header, user, user, ...rest]);
        },
        /lines 2 to \d+ cannot be stored in users/,
      ],
    ])('changes nothing when it is %s', async (_what, alter, message) => {
      const before = await dumpToText(empty);
      await expect(restoreDump(empty, inPieces(alter(text)))).rejects.toThrow(message);
      expect(await dumpToText(empty)).toBe(before);
    });

    it('is not read into a database that somebody uses', async () => {
      const before = await dumpToText(connections);
      await expect(restoreDump(connections, inPieces(text))).rejects.toThrow(
        'the database is in use, there are users in it: restore into an empty one',
      );
      expect(await dumpToText(connections)).toBe(before);
    });
  });
});
