import { beforeEach, inject } from 'vitest';
import './provide-postgres.ts';

// Each server that a test starts makes a database of its own there: see start-server.ts.
process.env['SLUICE_TEST_POSTGRES'] = inject('postgresUrl');

beforeEach(({ skip }) => {
  skip(inject('postgresUrl') === undefined, 'there is no Postgres here');
});
