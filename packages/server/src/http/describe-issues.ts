import type * as z from 'zod';

type Issue = z.core.$ZodIssue;

const MAX_ISSUES = 5;
/** A refusal is no mirror: what it quotes of the request is cut. */
const MAX_FIELD_LENGTH = 100;

/** @returns one line naming each field that is wrong and what would be right */
export function describeIssues(error: z.core.$ZodError): string {
  const lines = error.issues.slice(0, MAX_ISSUES).flatMap((issue) => describe(issue, issue.path));
  return [...new Set(lines)].join('; ');
}

function describe(issue: Issue, path: readonly PropertyKey[]): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, MAX_ISSUES).map((key) => `${nameOf([...path, key])}: unknown field`);
  }
  if (issue.code === 'invalid_union') {
    // The branch that got furthest is the one that was meant.
    const depthOf = (branch: Issue[]) => Math.max(...branch.map((inner) => inner.path.length));
    const [branch = []] = issue.errors.toSorted((a, b) => depthOf(b) - depthOf(a));
    if (branch.length > 0) return branch.flatMap((inner) => describe(inner, [...path, ...inner.path]));
  }
  return [`${path.length === 0 ? 'body' : nameOf(path)}: ${issue.message}`];
}

function nameOf(path: readonly PropertyKey[]): string {
  const name = path.map(String).join('.');
  return name.length > MAX_FIELD_LENGTH ? `${name.slice(0, MAX_FIELD_LENGTH)}…` : name;
}
