import { describeDatabases } from './databases.fixture.ts';
import { describeStores } from './stores.contract.ts';

describeDatabases(describeStores);
