import { SluiceError } from '@sluice/shared';
import { createContext } from 'react';
import { sayError } from './say-error.ts';
import { t } from './text.ts';

/** What is wrong with each field of a form, by its name. */
export type FieldErrors = Readonly<Record<string, string>>;

export const FieldErrorsContext = createContext<FieldErrors>({});

/** What a form could not do: what is wrong with its fields, or else why. */
export interface FormProblem {
  fields: FieldErrors;
  general: string | null;
}

export const noProblem: FormProblem = { fields: {}, general: null };

/** @param names of the form's fields; what the server says of others, it says of the form */
export function readProblem(error: unknown, names: ReadonlySet<string>): FormProblem {
  if (!(error instanceof SluiceError)) {
    return {
      ...noProblem,
      general: t('The server could not be reached. Check the connection and try again.'),
    };
  }
  const { detail = '', requestId, retryAfterMs } = error.details;
  const said = detail
    .split('; ')
    .map((line) => /^(?<name>[\w.]+): (?<words>.+)$/s.exec(line)?.groups)
    .filter((groups) => groups !== undefined && names.has(groups['name'] ?? ''));
  if (said.length > 0) {
    const fields = said.map((groups) => [groups?.['name'] ?? '', capitalize(groups?.['words'] ?? '')]);
    return { ...noProblem, fields: Object.fromEntries(fields) };
  }
  if (retryAfterMs !== undefined) {
    const seconds = Math.ceil(retryAfterMs / 1000);
    return {
      ...noProblem,
      general: t('{message}. Try again in {seconds} s.', { message: sayError(error), seconds }),
    };
  }
  const message = sayError(error);
  const general =
    requestId === undefined ? message : t('{message} (request {id})', { message, id: requestId });
  return { ...noProblem, general };
}

function capitalize(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
