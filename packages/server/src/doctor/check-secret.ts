import { stat } from 'node:fs/promises';
import { jwtSecretPath, readJwtSecret } from '../auth/load-jwt-secret.ts';
import { refuseWeakSecret } from '../auth/refuse-weak-secret.ts';
import { type Finding, fail, note, ok, warn } from './finding.ts';

export interface CheckedSecret {
  /** Undefined: there is none that a server could use. */
  secret: string | undefined;
  findings: Finding[];
}

interface Place {
  dataDir: string;
  /** JWT_SECRET. */
  given: string | undefined;
}

/** The secret that the server signs with, and who else could read it; it is never made here. */
export async function checkSecret({ dataDir, given }: Place): Promise<CheckedSecret> {
  if (given !== undefined) return judgeSecret(given, 'JWT_SECRET comes from the environment');
  const path = jwtSecretPath(dataDir);
  try {
    const kept = await readJwtSecret(path);
    if (kept === undefined) {
      return {
        secret: undefined,
        findings: [
          note('secret', `there is no secret in ${dataDir} yet: the server makes one when it first starts`),
        ],
      };
    }
    const { secret, findings } = judgeSecret(kept, `the secret is kept in ${path}`);
    return { secret, findings: [...findings, ...(await checkModes(dataDir, path))] };
  } catch (error) {
    const says = `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    return { secret: undefined, findings: [fail('secret', says, ['run this as the user of the server'])] };
  }
}

function judgeSecret(secret: string, says: string): CheckedSecret {
  try {
    refuseWeakSecret(secret);
    return { secret, findings: [ok('secret', `${says}, and is strong`)] };
  } catch (error) {
    return {
      secret: undefined,
      findings: [fail('secret', error instanceof Error ? error.message : String(error))],
    };
  }
}

async function checkModes(dataDir: string, path: string): Promise<Finding[]> {
  // Where modes are none of the system's.
  if (process.platform === 'win32') return [];
  const [folder, file] = [await stat(dataDir), await stat(path)];
  const open: [string, number, string][] = [
    [path, file.mode & 0o077, `chmod 600 ${path}`],
    [dataDir, folder.mode & 0o077, `chmod 700 ${dataDir}`],
  ];
  const findings = open.flatMap(([name, bits, fix]) =>
    bits === 0 ? [] : [warn('secret', `others on this machine can get at ${name}`, [fix])],
  );
  const us = process.getuid?.();
  if (us !== undefined && us !== 0 && file.uid !== us) {
    findings.push(
      warn('secret', `${path} belongs to another user`, ['run this, and the server, as one user']),
    );
  }
  return findings;
}
