import type { Level } from './finding.ts';

/** What is wrong at one hop, whoever of those behind it has caused it. */
export interface Symptom {
  level: Exclude<Level, 'ok'>;
  /** The same at each hop where it shows: the first of them is the culprit. */
  id: string;
  /** What the culprit does, to be read after its name. */
  does: string;
  fixes: readonly string[];
}
