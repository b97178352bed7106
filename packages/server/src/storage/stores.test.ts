import { describeBudgetStore } from './budget-store.contract.ts';
import { describeConversationStores } from './conversation-stores.contract.ts';
import { describeDatabases } from './databases.fixture.ts';
import { describeDeletion } from './deletion.contract.ts';
import { describeProcessStore } from './process-store.contract.ts';
import { describeRunStore } from './run-store.contract.ts';
import { describeSearchStore } from './search-store.contract.ts';
import { describeStores } from './stores.contract.ts';

describeDatabases(describeStores);
describeDatabases(describeConversationStores);
describeDatabases(describeDeletion);
describeDatabases(describeProcessStore);
describeDatabases(describeRunStore);
describeDatabases(describeBudgetStore);
describeDatabases(describeSearchStore);
