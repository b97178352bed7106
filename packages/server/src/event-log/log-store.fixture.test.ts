import { describeLogStore } from './log-store.contract.ts';
import { FaultyLogStore } from './log-store.fixture.ts';

// What the tests of the shared log stand on behaves as Redis does.
describeLogStore('FaultyLogStore', async () => new FaultyLogStore());
