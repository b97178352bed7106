import { toProviderSettings } from '../compose-models.ts';
import { ConfigError, loadConfig } from '../config/config.ts';
import { type Finding, fail } from '../doctor/finding.ts';
import { runDoctor } from '../doctor/run-doctor.ts';
import type { CommandPorts } from './command.ts';
import { parseOptions } from './parse-options.ts';
import { UsageError } from './usage-error.ts';

/**
 * Says what is wrong with this installation, and what to do: with its configuration, what it needs, and the way to people.
 * @throws {Error} which counts what failed, so that the exit code tells it
 */
export async function doctor(ports: CommandPorts, argv: string[]): Promise<void> {
  const { values, positionals } = parseOptions(argv, { json: { type: 'boolean' } }, 'any');
  const findings: Finding[] = [];
  const onFindings = (found: readonly Finding[]) => {
    findings.push(...found);
    if (values.json !== true) for (const finding of found) ports.print(describe(finding));
  };
  await examine(ports, { urls: positionals.map(readUrl), onFindings });
  if (values.json === true) ports.print(JSON.stringify(findings, undefined, 2));
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
  const [failed, warned] = [count('fail'), count('warn')];
  if (failed > 0)
    throw new Error(`${failed} of what was looked at failed (FAIL); put it right and run this again`);
  ports.remark(warned === 0 ? 'Nothing is wrong.' : `Nothing failed; look at what says warn (${warned}).`);
}

interface Examination {
  urls: string[];
  onFindings: (found: readonly Finding[]) => void;
}

async function examine({ environment, version, remark }: CommandPorts, { urls, onFindings }: Examination) {
  try {
    const loaded = loadConfig(environment);
    const { config, secrets } = loaded;
    await runDoctor({
      config,
      jwtSecret: secrets.get('jwtSecret'),
      databaseUrl: secrets.get('databaseUrl'),
      redisUrl: secrets.get('redisUrl'),
      providers: toProviderSettings(loaded),
      version,
      urls,
      onFindings,
      onWait: remark,
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const fixes = ['put it right; the server does not start until then, and nothing else was looked at'];
    onFindings(error.problems.map((problem) => fail('configuration', problem, fixes)));
  }
}

function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`${text} is no http:// or https:// address`);
  }
  return url.origin;
}

const labels = { ok: 'ok  ', note: 'note', warn: 'warn', fail: 'FAIL' };

function describe({ level, says, fixes }: Finding): string {
  return [`${labels[level]}  ${says}`, ...fixes.map((fix) => `      → ${fix}`)].join('\n');
}
