import { type Finding, warn } from './finding.ts';

export const MAX_SKEW_MS = 5000;

/** @param theirs epoch ms; undefined for what has no clock of its own */
export function judgeSkew(whose: string, theirs: number | undefined, now: number): Finding[] {
  if (theirs === undefined || Math.abs(theirs - now) <= MAX_SKEW_MS) return [];
  const seconds = Math.round(Math.abs(theirs - now) / 1000);
  return [
    warn('clock', `the clock of ${whose} differs by ${seconds} s from the one here`, [
      'synchronise both with a time server (timedatectl set-ntp true)',
    ]),
  ];
}
