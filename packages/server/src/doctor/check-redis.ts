import { type RedisState, inspectRedis } from '../event-log/inspect-redis.ts';
import { describeBytes } from './describe-bytes.ts';
import { type Finding, fail, ok, warn } from './finding.ts';
import { judgeSkew } from './judge-skew.ts';

const OLDEST_MAJOR = 7;

/** Of a configuration that has one. */
export async function checkRedis(url: string): Promise<Finding[]> {
  const { host } = new URL(url);
  try {
    return judgeRedis(await inspectRedis(url), { host, now: Date.now() });
  } catch (error) {
    return [
      fail(
        'redis',
        `Redis at ${host} cannot be used: ${error instanceof Error ? error.message : String(error)}`,
        ['start it, or correct REDIS_URL and its password; until then no answer begins'],
      ),
    ];
  }
}

export function judgeRedis(state: RedisState, { host, now }: { host: string; now: number }): Finding[] {
  const { version, policy, usedBytes, maxBytes } = state;
  const findings: Finding[] = [];
  if (Number(version.split('.')[0]) < OLDEST_MAJOR) {
    findings.push(
      fail('redis', `Redis at ${host} is version ${version}`, [`${OLDEST_MAJOR} or newer is needed`]),
    );
  }
  if (policy !== undefined && policy !== 'noeviction') {
    findings.push(
      fail(
        'redis',
        `Redis at ${host} throws away what it likes when it is full (maxmemory-policy ${policy})`,
        ['redis-cli config set maxmemory-policy noeviction, and the same in redis.conf'],
      ),
    );
  }
  if (maxBytes > 0 && usedBytes > maxBytes * 0.8) {
    findings.push(
      warn(
        'redis',
        `Redis at ${host} is nearly full: ${describeBytes(usedBytes)} of ${describeBytes(maxBytes)}`,
        ['raise maxmemory (REDIS_MAXMEMORY in docker-compose.scale.yml)'],
      ),
    );
  }
  if (findings.length === 0)
    findings.push(ok('redis', `Redis ${version} at ${host} answers and keeps what it is given`));
  return [...findings, ...judgeSkew('Redis', state.now, now)];
}
