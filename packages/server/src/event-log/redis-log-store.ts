import type { LogPosition, LoggedEvent } from './event-log.ts';
import type { Appended, Batch, LogStore, ReadBatch } from './log-store.ts';
import type { RedisLink } from './redis-link.ts';

// A stream of one entry per batch. Its id is `<seq of the batch's last event>-<n>`; n is above 0 where a log was taken over without
// an event. `w` is the writer, `e` the events, a line each, and `l` is there in the last entry of all; `d` in one that was dropped.

/** Forgotten so long after the last batch, should no process be left to end it. */
const KEEP_RUNNING_MS = 24 * 3_600_000;
const MAX_READ_ENTRIES = 64;
/** Of one reply. */
const MAX_READ_BYTES = 64 * 1024;

/** The last entry, as { seq, n, writer, isLast }. */
const LAST = `
local function last(key)
  local found = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)[1]
  if not found then return { seq = 0, n = 0 } end
  local seq, n = string.match(found[1], '(%d+)-(%d+)')
  local entry = { seq = tonumber(seq), n = tonumber(n), isLast = false }
  for i = 1, #found[2], 2 do
    if found[2][i] == 'w' then entry.writer = found[2][i + 1] end
    if found[2][i] == 'l' then entry.isLast = true end
    if found[2][i] == 'd' then entry.isDropped = true end
  end
  return entry
end
`;

/** KEYS: log, channel. ARGV: writer, after, count, events, '1' for the last, how long to keep it. Returns lastSeq, or -1. */
const APPEND = `${LAST}
local at = last(KEYS[1])
local writer, after, count = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
if at.writer and at.writer ~= writer then return -1 end
if at.isLast then return at.seq == after + count and not at.isDropped and at.seq or -1 end
if at.seq ~= after then return at.seq end
local id = string.format('%.0f-0', after + count)
if ARGV[5] == '1' then
  redis.call('XADD', KEYS[1], id, 'w', writer, 'e', ARGV[4], 'l', '1')
else
  redis.call('XADD', KEYS[1], id, 'w', writer, 'e', ARGV[4])
end
redis.call('PEXPIRE', KEYS[1], ARGV[6])
redis.call('SPUBLISH', KEYS[2], ARGV[2] .. ' ' .. ARGV[5] .. ' ' .. ARGV[4])
return after + count
`;

/** KEYS: log. ARGV: writer, how long to keep it. Returns lastSeq and whether it has ended. */
const TAKE_OVER = `${LAST}
local at = last(KEYS[1])
if not at.isLast and at.writer ~= ARGV[1] then
  redis.call('XADD', KEYS[1], string.format('%.0f-%.0f', at.seq, at.n + 1), 'w', ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return { at.seq, at.isLast and 1 or 0 }
`;

/** KEYS: log. ARGV: how long to keep it in mind. */
const DROP = `${LAST}
local at = last(KEYS[1])
redis.call('XADD', KEYS[1], 'MAXLEN', '1', string.format('%.0f-%.0f', at.seq, at.n + 1), 'w', '', 'l', '1', 'd', '1')
redis.call('PEXPIRE', KEYS[1], ARGV[1])
`;

/** KEYS: log. Returns lastSeq and whether it has ended, or nothing. */
const POSITION = `${LAST}
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
local at = last(KEYS[1])
if at.isDropped then return false end
return { at.seq, at.isLast and 1 or 0 }
`;

/** KEYS: log. ARGV: cursor, entries, bytes. Returns whether the last of all is among them, then seq and events of each. */
const READ = `${LAST}
local found = redis.call('XRANGE', KEYS[1], string.format('%.0f-0', tonumber(ARGV[1]) + 1), '+', 'COUNT', ARGV[2])
local reply, bytes, isLast = { 0 }, 0, #found == 0 and last(KEYS[1]).isLast
for _, entry in ipairs(found) do
  local fields = {}
  for i = 1, #entry[2], 2 do fields[entry[2][i]] = entry[2][i + 1] end
  if fields.e then
    bytes = bytes + #fields.e
    if bytes > tonumber(ARGV[3]) and #reply > 1 then break end
    reply[#reply + 1] = string.match(entry[1], '%d+')
    reply[#reply + 1] = fields.e
  end
  isLast = fields.l ~= nil
end
if isLast then reply[1] = 1 end
return reply
`;

/** KEYS: channel. A script, so that a cluster asks the node that has it. Returns how many listen to it. */
const COUNT = `return redis.call('PUBSUB', 'SHARDNUMSUB', KEYS[1])[2]`;

/** Logs as Redis Streams: all of one run's keys have its tag, so that a cluster keeps them together. */
export class RedisLogStore implements LogStore {
  readonly #link: RedisLink;
  readonly #keepEndedMs: number;

  constructor(link: RedisLink, { keepEndedMs = 5 * 60_000 }: { keepEndedMs?: number } = {}) {
    this.#link = link;
    this.#keepEndedMs = keepEndedMs;
  }

  get isAvailable(): boolean {
    return this.#link.isAvailable;
  }

  async append(runId: string, writer: string, { after, jsons, isLast }: Batch): Promise<Appended> {
    const lastSeq = (await this.#link.run(APPEND, {
      keys: [logKey(runId), channelOf(runId)],
      args: [
        writer,
        String(after),
        String(jsons.length),
        jsons.join('\n'),
        isLast ? '1' : '0',
        String(isLast ? this.#keepEndedMs : KEEP_RUNNING_MS),
      ],
    })) as number;
    return lastSeq === -1 ? { isTaken: false } : { isTaken: true, lastSeq };
  }

  async takeOver(runId: string, writer: string): Promise<LogPosition> {
    const keys = [logKey(runId)];
    return toPosition(await this.#link.run(TAKE_OVER, { keys, args: [writer, String(KEEP_RUNNING_MS)] }));
  }

  async read(runId: string, after: number): Promise<ReadBatch> {
    const [isLast, ...entries] = (await this.#link.run(READ, {
      keys: [logKey(runId)],
      args: [String(after), String(MAX_READ_ENTRIES), String(MAX_READ_BYTES)],
    })) as [number, ...string[]];
    const events: LoggedEvent[] = [];
    for (let index = 0; index < entries.length; index += 2) {
      const jsons = (entries[index + 1] ?? '').split('\n');
      const firstSeq = Number(entries[index]) - jsons.length + 1;
      jsons.forEach((json, place) => {
        // A cursor may stand within a batch.
        if (firstSeq + place > after) events.push({ seq: firstSeq + place, json });
      });
    }
    return { events, isLast: isLast === 1 };
  }

  async position(runId: string): Promise<LogPosition | undefined> {
    const reply = await this.#link.run(POSITION, { keys: [logKey(runId)], args: [] });
    return reply === null ? undefined : toPosition(reply);
  }

  async drop(runId: string): Promise<void> {
    await this.#link.run(DROP, { keys: [logKey(runId)], args: [String(this.#keepEndedMs)] });
  }

  watch(runId: string, onBatch: (batch: Batch) => void): Promise<AsyncDisposable> {
    return this.#link.subscribe(channelOf(runId), (message) => {
      const [, after, isLast, lines = ''] = /^(\d+) ([01]) (.*)$/s.exec(message) ?? [];
      onBatch({ after: Number(after), jsons: lines.split('\n'), isLast: isLast === '1' });
    });
  }

  async countWatchers(runId: string): Promise<number> {
    return (await this.#link.run(COUNT, { keys: [channelOf(runId)], args: [] })) as number;
  }

  onRecovery(recovered: () => void): void {
    this.#link.onRecovery(recovered);
  }
}

const logKey = (runId: string) => `sluice:{${runId}}:events`;
const channelOf = (runId: string) => `sluice:{${runId}}:appended`;

function toPosition(reply: unknown): LogPosition {
  const [lastSeq, hasEnded] = reply as [number, number];
  return { lastSeq, hasEnded: hasEnded === 1 };
}
