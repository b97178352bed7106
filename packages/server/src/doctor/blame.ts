import { type Finding, fail, note, ok, warn } from './finding.ts';
import type { Judged } from './judge-hop.ts';
import { printable } from './printable.ts';
import type { Symptom } from './symptom.ts';

const tell = { note, warn, fail };

/**
 * @param judged from the inside to the outside: what shows at one hop shows at those further out too, and the first is the culprit
 */
export function blame(judged: readonly Judged[]): Finding[] {
  const known = new Set<string>();
  return judged.flatMap((one, index) => {
    const own = one.symptoms.filter(({ id }) => !known.has(id));
    for (const { id } of own) known.add(id);
    const findings = own.map((symptom) => toFinding(one.name, withHint(symptom, judged.slice(0, index))));
    if (own.some(({ level }) => level !== 'note')) return findings;
    return [...describeRest(one, own.length < one.symptoms.length), ...findings];
  });
}

/** What is to be said of a hop at which nothing has gone wrong that was not wrong before. */
function describeRest({ name, hop, version }: Judged, hasInherited: boolean): Finding[] {
  if (version === undefined) {
    return hasInherited
      ? [note('path', `${name} is not tested: nothing comes through what is further in`)]
      : [];
  }
  if (hasInherited) return [note('path', `${name} adds no fault of its own to those further in`)];
  const does = hop.isServer ? 'sends' : 'passes on';
  return [ok('path', `${name} ${does} streams, WebSockets and bodies of 20 MiB as it should`)];
}

/** Much longer than what is ours to say. */
const MAX_SAID = 1000;

/** Symptoms quote what was seen, as it is; anybody may have been named. */
function toFinding(name: string, { level, id, does, fixes }: Symptom): Finding {
  const says = printable(`${name} ${does}`, MAX_SAID);
  return tell[level](
    `path ${id}`,
    says,
    fixes.map((fix) => printable(fix, MAX_SAID)),
  );
}

/** A proxy that would not hold streams back, had one before it not kept the header that asks for this. */
function withHint(symptom: Symptom, inner: readonly Judged[]): Symptom {
  const keeper = inner.find(({ keepsAccel }) => keepsAccel);
  if (symptom.id !== 'buffers' || keeper === undefined) return symptom;
  const hint = `or let ${keeper.name} pass on X-Accel-Buffering (nginx: proxy_pass_header X-Accel-Buffering;)`;
  return { ...symptom, fixes: [...symptom.fixes, hint] };
}
