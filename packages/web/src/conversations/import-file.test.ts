import { describe, expect, it } from 'vitest';
import { importFile } from './import-file.ts';
import { MAX_BODY_BYTES } from './split-import.ts';

/** A server that takes every entry but those called "bad". */
function fakeServer() {
  const sizes: number[] = [];
  const fetchHere: typeof fetch = async (_path, init) => {
    const text = await new Response(init?.body as string | Blob).text();
    sizes.push(text.length);
    const entries: { title: string }[] = JSON.parse(text);
    return Response.json({
      format: 'claude',
      conversations: entries
        .filter(({ title }) => title !== 'bad')
        .map(({ title }) => ({ id: title, title, messages: 2 })),
      skipped: entries.flatMap(({ title }, index) => (title === 'bad' ? [{ index, reason: 'bad' }] : [])),
    });
  };
  return { sizes, connection: { baseUrl: '', fetch: fetchHere } };
}

describe('importFile', () => {
  it('says what to do with an archive, and sends none', async () => {
    const { connection, sizes } = fakeServer();
    const { error } = await importFile(connection, new File(['PK\u0003\u0004rest'], 'export.zip'));
    expect(error).toMatch(/Unpack it/);
    expect(sizes).toEqual([]);
  });

  it('sends a small file as it is', async () => {
    const { connection, sizes } = fakeServer();
    const file = new File([JSON.stringify([{ title: 'a' }, { title: 'bad' }])], 'a.json');
    expect(await importFile(connection, file)).toEqual({
      imported: [{ id: 'a', title: 'a', messages: 2 }],
      skipped: [{ index: 1, reason: 'bad' }],
      error: null,
    });
    expect(sizes).toEqual([file.size]);
  });

  it('sends a large file in parts, and counts what was left out by its place in the file', async () => {
    const { connection, sizes } = fakeServer();
    const text = 'x'.repeat(MAX_BODY_BYTES * 0.7);
    const entries = [{ title: 'a', text }, { title: 'b', text }, { title: 'bad' }];
    const report = await importFile(connection, new File([JSON.stringify(entries)], 'a.json'));
    expect(report.imported.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(report.skipped).toEqual([{ index: 2, reason: 'bad' }]);
    expect(sizes).toHaveLength(2);
  });

  it('says in words why a file cannot be taken', async () => {
    const connection = { baseUrl: '', fetch: () => Promise.reject(new TypeError('network')) };
    const report = await importFile(connection, new File(['[]'], 'a.json'));
    expect(report).toMatchObject({ imported: [], error: expect.stringContaining('could not be reached') });
  });
});
