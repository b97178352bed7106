/** One line of docs/guarantees.md: what Sluice promises, and how much of it is asked. */
export interface Promised {
  /** `G1` to `G14`, as README numbers them. */
  guarantee: string;
  /** What is counted or measured, in words that its number fits. */
  what: string;
  /** The most that there may be. */
  atMost: number;
  unit?: 'ms' | 'KiB' | 'KB' | 'tokens';
  /** How often it is tried at full counts, at least. */
  cases: number;
  /** What the cases are. */
  of: string;
  /** The suite that shows it, from the repository's root. */
  suite: string;
  /** Nothing is measured but how many tests of the suite fail; each is a case. */
  byTests?: true;
}

const server = (name: string) => `packages/server/test/${name}.test.ts`;
const byTests = { atMost: 0, byTests: true } as const;

/** Every promise with a number. A test names its own by the key, in `prove`. */
export const promises = {
  leavers: {
    guarantee: 'G1',
    what: 'upstream calls left open by callers who left, whenever and however',
    atMost: 0,
    cases: 1000,
    of: 'random disconnects',
    suite: server('disconnects'),
  },
  'leavers-median': {
    guarantee: 'G1',
    what: 'from a caller who leaves to the closed upstream call, median',
    atMost: 10,
    unit: 'ms',
    cases: 1000,
    of: 'random disconnects',
    suite: server('disconnects'),
  },
  'leavers-p99': {
    guarantee: 'G1',
    what: 'the same, 99th percentile',
    atMost: 250,
    unit: 'ms',
    cases: 1000,
    of: 'random disconnects',
    suite: server('disconnects'),
  },
  'leavers-nginx': {
    guarantee: 'G1',
    what: 'upstream calls left open by callers who left, through nginx',
    atMost: 0,
    cases: 1000,
    of: 'random disconnects',
    suite: server('nginx'),
  },
  'leavers-websocket': {
    guarantee: 'G1',
    what: 'upstream calls left open by WebSockets that closed',
    atMost: 0,
    cases: 1000,
    of: 'sockets that left',
    suite: server('websocket-limits'),
  },
  stops: {
    guarantee: 'G1',
    what: 'from Stop to the closed upstream call, in any phase, at the server that answers or another, slowest',
    atMost: 250,
    unit: 'ms',
    cases: 1000,
    of: 'stops',
    suite: server('replicas-faults'),
  },
  'cut-answers': {
    guarantee: 'G2',
    what: 'answers cut upstream at any byte that were shown as complete, or with other text than came',
    atMost: 0,
    cases: 1000,
    of: 'cut streams of five wire formats',
    suite: server('cut-answers'),
  },
  ends: {
    guarantee: 'G3',
    what: 'runs that did not end exactly once, alike for every follower, in the ledger and in the conversation',
    atMost: 0,
    cases: 2000,
    of: 'races of stop, leaving, resuming and the end',
    suite: server('races'),
  },
  'ends-model': {
    guarantee: 'G3',
    what: 'the same, where the process that answers, its log and its database fail at any step',
    atMost: 0,
    cases: 5000,
    of: 'random histories',
    suite: 'packages/server/src/runs/shared-runs.model.test.ts',
  },
  resumes: {
    guarantee: 'G4',
    what: 'answers with an event lost or repeated',
    atMost: 0,
    cases: 1000,
    of: 'cut connections',
    suite: server('resume'),
  },
  'resumes-elsewhere': {
    guarantee: 'G4',
    what: 'the same, resumed at either of two servers',
    atMost: 0,
    cases: 1000,
    of: 'cut connections',
    suite: server('replicas-faults'),
  },
  'kills-read': {
    guarantee: 'G4',
    what: 'from a server that is killed to all that it said, read at another, slowest',
    atMost: 2000,
    unit: 'ms',
    cases: 20,
    of: 'kills',
    suite: server('replicas-faults'),
  },
  'kills-end': {
    guarantee: 'G4',
    what: 'from a server that is killed to the end of its answers as interrupted, slowest',
    atMost: 10_000,
    unit: 'ms',
    cases: 20,
    of: 'kills',
    suite: server('replicas-faults'),
  },
  'one-key': {
    guarantee: 'G5',
    what: 'upstream calls beyond the first for one Idempotency-Key',
    atMost: 0,
    cases: 50,
    of: 'requests at once',
    suite: server('idempotency'),
  },
  'one-key-elsewhere': {
    guarantee: 'G5',
    what: 'the same, asked at two servers',
    atMost: 0,
    cases: 50,
    of: 'requests at once',
    suite: server('replicas'),
  },
  deploys: {
    guarantee: 'G6',
    what: 'failed requests of streamRun() while two servers restart one after the other, at 50 streams a second',
    atMost: 0,
    cases: 1000,
    of: 'streams',
    suite: server('rolling-restart'),
  },
  drains: {
    guarantee: 'G6',
    what: 'from SIGTERM with 500 running answers to the exit, beyond DRAIN_MS',
    atMost: 5000,
    unit: 'ms',
    cases: 500,
    of: 'running answers',
    suite: server('shutdown-under-load'),
  },
  'slow-readers': {
    guarantee: 'G7',
    what: 'memory held for a reader that stopped reading, beyond the log',
    atMost: 256,
    unit: 'KiB',
    cases: 4,
    of: 'answers of 12,000 KiB',
    suite: server('slow-readers'),
  },
  'idle-streams': {
    guarantee: 'G7',
    what: 'memory of a stream that waits for its model',
    atMost: 110,
    unit: 'KB',
    cases: 10_000,
    of: 'streams at once',
    suite: server('idle-streams'),
  },
  'upstream-faults': {
    guarantee: 'G7',
    what: 'faults of upstreams that were not told by their code, once, with the text kept: an event of 9 MiB, hangs, resets, nonsense, …',
    ...byTests,
    cases: 100,
    of: 'faults in five wire formats',
    suite: server('upstream-faults'),
  },
  strangers: {
    guarantee: 'G8',
    what: 'routes and ids that a stranger, an expired, revoked or forged token gets anything from',
    ...byTests,
    cases: 1000,
    of: 'cells of the matrix made from the route table',
    suite: server('authorisation'),
  },
  'forged-tokens': {
    guarantee: 'G8',
    what: 'forged tokens that were taken',
    ...byTests,
    cases: 40,
    of: 'forged tokens',
    suite: server('forged-tokens'),
  },
  payloads: {
    guarantee: 'G9',
    what: 'scripts run, foreign requests made, policies broken by what a model writes, in Chromium',
    atMost: 0,
    cases: 300,
    of: 'payloads, whole, per token, reloaded, shared',
    suite: 'e2e/payloads.test.ts',
  },
  budgets: {
    guarantee: 'G10',
    what: 'spent beyond a budget by requests at once (one may use 54)',
    atMost: 54,
    unit: 'tokens',
    cases: 200,
    of: 'requests at once',
    suite: server('budgets'),
  },
  'budgets-elsewhere': {
    guarantee: 'G10',
    what: 'the same, asked at two servers (one may use 50)',
    atMost: 50,
    unit: 'tokens',
    cases: 200,
    of: 'requests at once',
    suite: server('replicas-limits'),
  },
  revocations: {
    guarantee: 'G11',
    what: 'from a revocation to the end of the running stream, slowest',
    atMost: 2000,
    unit: 'ms',
    cases: 8,
    of: 'streams',
    suite: server('revocation'),
  },
  'revocations-elsewhere': {
    guarantee: 'G11',
    what: 'the same, revoked at another server',
    atMost: 2000,
    unit: 'ms',
    cases: 1,
    of: 'streams',
    suite: server('replicas-limits'),
  },
  canaries: {
    guarantee: 'G12',
    what: 'secrets found in logs and answers, at the level trace',
    atMost: 0,
    cases: 500,
    of: 'mixed flows',
    suite: server('canaries'),
  },
  'hostile-requests': {
    guarantee: 'G13',
    what: 'malformed requests that were answered with a 5xx, with no clear 4xx, or ended the process',
    atMost: 0,
    cases: 20_000,
    of: 'generated requests to every route',
    suite: server('hostile-requests'),
  },
  'lost-redis': {
    guarantee: 'G14',
    what: 'from the return of Redis to all well again, slowest',
    atMost: 5000,
    unit: 'ms',
    cases: 4,
    of: 'kinds of failure',
    suite: server('replicas-stores'),
  },
  'lost-database': {
    guarantee: 'G14',
    what: 'from the return of the database, or of room on its disk, to new answers, slowest',
    atMost: 5000,
    unit: 'ms',
    cases: 3,
    of: 'kinds of failure',
    suite: server('storage-faults'),
  },
  crashes: {
    guarantee: 'G14',
    what: 'acknowledged prompts and answers lost by kill -9',
    atMost: 0,
    cases: 100,
    of: 'kills while it writes',
    suite: server('crash-recovery'),
  },
} as const satisfies Readonly<Record<string, Promised>>;

export type PromiseId = keyof typeof promises;
