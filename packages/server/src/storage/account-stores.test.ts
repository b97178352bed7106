import { describeAccountStores } from './account-stores.contract.ts';
import { describeDatabases } from './databases.fixture.ts';

describeDatabases(describeAccountStores);
