import { SluiceError } from '@sluice/shared';

/**
 * @param names the caller's names of our fields, where they are others
 * @returns an error that says which field is wrong as the caller has it; any other as it is
 */
export function inWordsOf(names: ReadonlyMap<string, string>, error: unknown): unknown {
  if (!(error instanceof SluiceError)) return error;
  const [, field, why] = /^([\w.]+): ([^]*)$/.exec(error.details.detail ?? '') ?? [];
  const name = field === undefined ? undefined : names.get(field);
  if (name === undefined) return error;
  return new SluiceError(error.code, { ...error.details, detail: `${name}: ${why}` }, { cause: error.cause });
}
