import { existsSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type * as z from 'zod';
import {
  type ConfigFile,
  configFileSchema,
  fileModelSchema,
  fileProviderSchema,
} from './config-file-schema.ts';

/** Read when SLUICE_CONFIG names no other, if it is there. */
const DEFAULT_FILE = 'sluice.config.json';

export interface ReadFile {
  /** Absolute; null: there is none. */
  path: string | null;
  /** Where it has problems: as much as is of the right shape, so that what contradicts itself is told with the rest. */
  file: ConfigFile;
  /** Providers that are named but not of the right shape. */
  broken: ReadonlySet<string>;
  /** Each names the place in the file, and what would be right. */
  problems: string[];
}

const nothing = { file: {}, broken: new Set<string>() };

export const noFile: ReadFile = { path: null, ...nothing, problems: [] };

/** @param named by SLUICE_CONFIG: a file that must be there */
export function readConfigFile(named: string | undefined): ReadFile {
  const path = resolve(named ?? DEFAULT_FILE);
  if (named === undefined && !existsSync(path)) return noFile;
  const broken = (problem: string): ReadFile => ({ path, ...nothing, problems: [problem] });
  const title = basename(path);
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'is not there' : `cannot be read (${code})`;
    return broken(named === undefined ? `${title} ${why}` : `SLUICE_CONFIG: ${path} ${why}`);
  }
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    // The message itself quotes the file.
    const place = /line \d+ column \d+/.exec((error as Error).message)?.[0];
    return broken(`${title} is not valid JSON${place === undefined ? '' : `: look at ${place}`}`);
  }
  const parsed = configFileSchema.safeParse(content);
  if (parsed.success) return { path, ...nothing, file: parsed.data, problems: [] };
  const problems = parsed.error.issues.flatMap((issue) => describe(issue));
  return { path, ...salvage(content), problems: problems.map((problem) => `${title}: ${problem}`) };
}

function salvage(content: unknown): Pick<ReadFile, 'file' | 'broken'> {
  const { shape } = configFileSchema;
  const asRecord = (value: unknown) =>
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const keep = <Output>(value: unknown, schema: z.ZodType<Output>): Record<string, Output> =>
    Object.fromEntries(
      Object.entries(asRecord(value)).flatMap(([key, entry]) => {
        const parsed = schema.safeParse(entry);
        return parsed.success ? [[key, parsed.data]] : [];
      }),
    );
  const given = asRecord(content);
  const providers = keep(given['providers'], fileProviderSchema);
  const aliases = shape.aliases.safeParse(given['aliases']);
  const defaultModel = shape.defaultModel.safeParse(given['defaultModel']);
  const named = Object.keys(asRecord(given['providers']));
  return {
    file: {
      providers,
      models: keep(given['models'], fileModelSchema),
      ...(aliases.data && { aliases: aliases.data }),
      ...(defaultModel.data !== undefined && { defaultModel: defaultModel.data }),
    },
    broken: new Set(named.filter((id) => !Object.hasOwn(providers, id))),
  };
}

function describe(issue: z.core.$ZodIssue): string[] {
  const place = placeOf(issue.path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => `${placeOf([...issue.path, key])} is not a setting: leave it out`);
    case 'invalid_key':
      return issue.issues.map(({ message }) => `${place} ${message}`);
    case 'too_small':
      return [`${place} must be at least ${issue.minimum}${unitOf(issue.origin)}`];
    case 'too_big':
      return [`${place} must be at most ${issue.maximum}${unitOf(issue.origin)}`];
    default:
      return [`${place} ${issue.message.replace(/^Invalid (?:input|option): expected /, 'must be ')}`];
  }
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters long';
  return origin === 'array' ? ' entries long' : '';
}

/** @returns `models["groq/llama"].price`, as one would look for it */
export function placeOf(path: readonly PropertyKey[]): string {
  return (
    path.reduce<string>((name, key) => {
      const word = String(key);
      if (/^[\w$]+$/.test(word) && !/^\d/.test(word)) return name === '' ? word : `${name}.${word}`;
      return `${name}[${typeof key === 'number' ? word : JSON.stringify(word)}]`;
    }, '') || 'all of it'
  );
}
