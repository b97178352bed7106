import { beforeEach, inject } from 'vitest';
import './provide-postgres.ts';

// Each server that a test starts makes a database of its own there: see start-server.ts.
const url = inject('postgresUrl');
if (url !== undefined) process.env['SLUICE_TEST_POSTGRES'] = url;

beforeEach(({ skip }) => {
  skip(url === undefined, 'there is no Postgres here');
});
