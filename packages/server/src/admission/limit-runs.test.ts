import { limitRuns } from './limit-runs.ts';
import { describeRunLimiter } from './run-limiter.contract.ts';

describeRunLimiter('limitRuns', limitRuns);
