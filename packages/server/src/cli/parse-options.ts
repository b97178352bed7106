import { type ParseArgsConfig, type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { UsageError } from './usage-error.ts';

/**
 * node:util's parseArgs, strict.
 * @param positionals how many arguments that are no options there must be; `any`: as many as there are
 * @throws {UsageError} for an unknown option, a missing value, or another number of positionals
 */
export function parseOptions<Options extends ParseArgsOptionsConfig>(
  argv: string[],
  options: Options,
  positionals: number | 'any' = 0,
) {
  const parsed = parseStrictly({ args: argv, options, allowPositionals: positionals !== 0 });
  if (positionals !== 'any' && parsed.positionals.length !== positionals)
    throw new UsageError('missing or surplus argument');
  return parsed;
}

function parseStrictly<Config extends ParseArgsConfig>(config: Config) {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** @throws {UsageError} when an option that is needed was not given */
export function requireOption(value: string | undefined, name: string): string {
  if (value === undefined) throw new UsageError(`--${name} is needed`);
  return value;
}
