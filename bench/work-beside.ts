// Works on a server until it is killed: WORK is search or import, URL the server's, TOKEN one of its tokens, FILE what is imported.
import { readFile } from 'node:fs/promises';
import { queries } from './fill-store.ts';

const { WORK, URL: url = '', TOKEN, FILE = '' } = process.env;
const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
const body = WORK === 'import' ? await readFile(FILE) : undefined;

process.stdout.write('listening\n');
for (let round = 0; ; round += 1) {
  const query = encodeURIComponent(queries[round % queries.length] ?? '');
  const response = await (body === undefined
    ? fetch(`${url}/api/conversations?q=${query}`, { headers })
    : fetch(`${url}/api/conversations/import`, { method: 'POST', headers, body }));
  if (!response.ok) throw new Error(await response.text());
  await response.arrayBuffer();
}
