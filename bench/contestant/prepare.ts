// Makes contestant.json, with which the server stands beside others in a relay benchmark: an OpenAI-compatible upstream at
// ${UPSTREAM}, limits off, everything else as shipped. The token in it is made here and good for this checkout's server alone.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareAccess } from '../access.ts';

const { dataDir, token } = await prepareAccess('contestant');
const contestant = {
  name: 'sluice',
  about: 'the whole product: JWT, limits counted, event log, SSE with ids',
  start: ['node', '../../packages/server/src/main.ts'],
  env: {
    DATA_DIR: dataDir,
    OPENAI_API_KEY: 'bench',
    OPENAI_BASE_URL: '${UPSTREAM}/v1',
    RATE_LIMIT_PER_MINUTE: '100000000',
    MAX_RUNS_PER_USER: '0',
    LOG_LEVEL: 'warn',
  },
  request: {
    path: '/api/chat/stream',
    headers: {},
    body: { model: 'openai/${MODEL}', messages: [{ role: 'user', content: '${PROMPT}' }] },
  },
  headers: { authorization: `Bearer ${token}` },
  wire: 'text',
};
await writeFile(join(import.meta.dirname, 'contestant.json'), `${JSON.stringify(contestant, null, 2)}\n`);
