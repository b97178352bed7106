import { type RunLimiter, givenBackOnce, limitRuns, tooManyRuns } from './limit-runs.ts';
import type { RedisCommands } from './redis-commands.ts';

export interface SharedPlaces {
  redis: Pick<RedisCommands, 'isAvailable' | 'run' | 'onRecovery'>;
  /** Answers one user may have running at once, in all processes; 0 for no limit. */
  maxRunsPerUser: number;
  /** This process's own; another one after its lease was lost. */
  processId: () => string;
  /** Those whose places count, as last heard; the rest have died. */
  liveProcesses: () => readonly string[];
  /** The longest it takes until all have heard of a process that is new. */
  hearingMs?: number;
}

/** Longer than any answer takes. */
const KEEP_MS = 24 * 3_600_000;

/**
 * KEYS: the user's places, a hash of process → `<runs> <epoch ms when written>`.
 * ARGV: process, its runs, '1' to add one if there is a place, maximum, hearingMs, how long to keep it, live processes.
 * Returns 1 if one was added.
 */
const COUNT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local live = {}
for i = 7, #ARGV do live[ARGV[i]] = true end
local own, others = tonumber(ARGV[2]), 0
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  local process = fields[i]
  local runs, at = string.match(fields[i + 1], '(%d+) (%d+)')
  if process ~= ARGV[1] then
    if live[process] or now - at < tonumber(ARGV[5]) then
      others = others + runs
    else
      redis.call('HDEL', KEYS[1], process)
    end
  end
end
local isAdded = ARGV[3] == '1' and others + own < tonumber(ARGV[4])
if isAdded then own = own + 1 end
if own == 0 then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f %.0f', own, now))
  redis.call('PEXPIRE', KEYS[1], ARGV[6])
end
return isAdded and 1 or 0
`;

/**
 * A limiter that many processes share. Each keeps the count of its own runs and writes it as it is, never a difference: what Redis
 * lost, or was not told, is right again with the user's next run there, with the end of one, or when Redis is back.
 */
export function shareRunPlaces(shared: SharedPlaces): RunLimiter {
  if (shared.maxRunsPerUser === 0) return limitRuns(0);
  const limiter = new SharedRunLimiter(shared);
  shared.redis.onRecovery(() => limiter.tellAll());
  return limiter;
}

class SharedRunLimiter implements RunLimiter {
  readonly #shared: SharedPlaces;
  /** The runs of this process, and 0 where Redis has still to be told so. */
  readonly #running = new Map<string, number>();
  /** The last that was asked for each user: one waits for the other, so that what is written is what there is. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(shared: SharedPlaces) {
    this.#shared = shared;
  }

  async admit(userId: string): Promise<Disposable> {
    const isAdded = await this.#inTurn(userId, () => this.#count(userId, { isAdding: true }));
    if (!isAdded) throw tooManyRuns(this.#shared.maxRunsPerUser);
    return givenBackOnce(() => {
      this.#running.set(userId, (this.#running.get(userId) ?? 1) - 1);
      this.#tell(userId);
    });
  }

  tellAll(): void {
    for (const userId of this.#running.keys()) this.#tell(userId);
  }

  /** Waits for nothing; what does not arrive is told when Redis is back. */
  #tell(userId: string): void {
    void this.#inTurn(userId, () => this.#count(userId, { isAdding: false })).catch(() => {});
  }

  async #count(userId: string, { isAdding }: { isAdding: boolean }): Promise<boolean> {
    const { redis, maxRunsPerUser, processId, liveProcesses, hearingMs = 5000 } = this.#shared;
    const running = this.#running.get(userId) ?? 0;
    // Told again when Redis is back, should the reply to this be lost; while it is away it is not told this.
    if (redis.isAvailable) this.#running.set(userId, running);
    const numbers = [running, isAdding ? 1 : 0, maxRunsPerUser, hearingMs, KEEP_MS].map(String);
    const reply = await redis.run(COUNT, {
      keys: [`sluice:{runs:${userId}}`],
      args: [processId(), ...numbers, ...liveProcesses()],
    });
    // Others may have ended meanwhile; they are told after this.
    if (reply === 1) this.#running.set(userId, (this.#running.get(userId) ?? 0) + 1);
    else if (running === 0) this.#running.delete(userId);
    return reply === 1;
  }

  #inTurn<Result>(userId: string, work: () => Promise<Result>): Promise<Result> {
    const turn = (this.#turns.get(userId) ?? Promise.resolve()).then(work, work);
    this.#turns.set(userId, turn);
    const leave = () => {
      if (this.#turns.get(userId) === turn) this.#turns.delete(userId);
    };
    void turn.then(leave, leave);
    return turn;
  }
}
