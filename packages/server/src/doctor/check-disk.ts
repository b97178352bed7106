import { statfs } from 'node:fs/promises';
import { describeBytes } from './describe-bytes.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const GIB = 1024 ** 3;

/** Room for the database, its log of writes, and copies before an upgrade. Where there is no such folder yet, others have said so. */
export async function checkDisk(dataDir: string): Promise<Finding[]> {
  const disk = await statfs(dataDir).catch(() => undefined);
  return disk === undefined ? [] : [judgeDisk(dataDir, disk.bavail * disk.bsize)];
}

export function judgeDisk(dataDir: string, freeBytes: number): Finding {
  const says = `${describeBytes(freeBytes)} are free in ${dataDir}`;
  const fixes = ['make room; what is full ends no answer, but saves none'];
  if (freeBytes < 0.1 * GIB) return fail('disk', says, fixes);
  return freeBytes < GIB ? warn('disk', says, fixes) : ok('disk', says);
}
