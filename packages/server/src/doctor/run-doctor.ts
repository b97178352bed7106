import { signProbeToken } from '../auth/probe-token.ts';
import type { Config } from '../config/config.ts';
import { listeningUrl, reachableUrl } from '../config/reachable-url.ts';
import { PROBE_MARGIN_MS, PROBE_TICKS, PROBE_TICK_MS } from '../http/probe-report.ts';
import type { ProviderSettings } from '../providers/create-provider.ts';
import { blame } from './blame.ts';
import { checkAddresses } from './check-addresses.ts';
import { checkDatabase } from './check-database.ts';
import { checkDisk } from './check-disk.ts';
import { checkProviders } from './check-providers.ts';
import { checkRedis } from './check-redis.ts';
import { checkSecret } from './check-secret.ts';
import { type Finding, note, ok, warn } from './finding.ts';
import { type Hop, listHops } from './hop.ts';
import { type Judged, judgeHop } from './judge-hop.ts';
import { measureHops } from './measure-hops.ts';
import { printable } from './printable.ts';

export interface DoctorPorts {
  config: Config;
  jwtSecret: string | undefined;
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  providers: readonly ProviderSettings[];
  /** Of this Sluice. */
  version: string;
  /** The way to people, from the inside to the outside; none: PUBLIC_URL. */
  urls: readonly string[];
  /** Called with what each check has come to, as soon as it is known. */
  onFindings: (findings: readonly Finding[]) => void;
  /** Called before what takes long. */
  onWait: (line: string) => void;
}

/** Looks at everything that the configuration names, and changes nothing of it. */
export async function runDoctor(ports: DoctorPorts): Promise<void> {
  const { config, jwtSecret, databaseUrl, redisUrl, onFindings } = ports;
  const { dataDir } = config;
  onFindings(checkProgram(ports));
  const { secret, findings } = await checkSecret({ dataDir, given: jwtSecret });
  onFindings(findings);
  onFindings(await checkDatabase({ dataDir, databaseUrl }));
  onFindings(await checkDisk(dataDir));
  if (redisUrl !== undefined) onFindings(await checkRedis(redisUrl));
  const lookedFor = config.models.providers.filter(({ isLookedFor }) => isLookedFor).map(({ id }) => id);
  onFindings(await checkProviders(ports.providers, new Set(lookedFor)));
  if (secret === undefined) {
    onFindings([
      note(
        'path',
        'the way to people is not tested: that takes the secret of a server that has been started',
      ),
    ]);
  } else onFindings(await checkPath(ports, secret));
}

function checkProgram({ config, version }: DoctorPorts): Finding[] {
  const file = config.models.path === null ? '' : ` and ${config.models.path}`;
  return [
    ok(
      'program',
      `Sluice ${version} on Node ${process.versions.node}; the environment${file} can be read as a configuration`,
    ),
  ];
}

async function checkPath({ config, version, urls, onWait }: DoctorPorts, secret: string): Promise<Finding[]> {
  const publicUrl = reachableUrl(config);
  const serverUrl = config.port === 0 ? undefined : listeningUrl(config);
  const outside = urls.length === 0 && config.publicUrl !== undefined ? [config.publicUrl] : urls;
  const hops = listHops({ serverUrl, urls: outside, publicUrl, areNamed: urls.length > 0 });
  const last = hops.at(-1);
  if (last === undefined)
    return [
      note('path', 'PORT is 0, so that nobody knows where the server is: name it, as in sluice doctor URL'),
    ];
  const streamMs = PROBE_TICKS * PROBE_TICK_MS + config.heartbeatMs + PROBE_MARGIN_MS;
  onWait(describeWait(hops, streamMs));
  const makeToken = () => signProbeToken(secret, Date.now());
  const measurements = await measureHops(hops, { makeToken, streamMs });
  const now = Date.now();
  const judged = hops.flatMap((hop, index) => {
    const measurement = measurements[index];
    return measurement === undefined ? [] : [judgeHop(hop, measurement, now)];
  });
  return [
    ...blame(judged),
    ...(judged.at(-1)?.version === undefined ? [] : checkAddresses(last.url, publicUrl)),
    ...checkVersions(judged, version),
  ];
}

function describeWait(hops: readonly Hop[], streamMs: number): string {
  const seconds = Math.ceil(streamMs / 1000);
  return `Sending a test stream through ${hops.map(({ url }) => url.origin).join(', ')}: some ${seconds} s, most of them silence …`;
}

function checkVersions(judged: readonly Judged[], version: string): Finding[] {
  const running = judged.find((hop) => hop.version !== undefined)?.version;
  if (running === undefined || running === version) return [];
  return [
    warn('version', `the server runs Sluice ${printable(running)}, and this command is ${version}`, [
      'restart the server',
    ]),
  ];
}
