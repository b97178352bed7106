import { type ErrorCode, type SluiceError, errorEntry } from '@sluice/shared';
import { getLanguage, t } from './text.ts';

/** @returns what a code means, in the page's language */
function sayCode(code: ErrorCode): string {
  return t(errorEntry(code).title);
}

/** @returns what the server says is wrong; what it has to add, it adds in English */
export function sayError({ code, message, details }: SluiceError): string {
  if (getLanguage() === 'en') return message;
  return details.detail === undefined ? sayCode(code) : `${sayCode(code)} (${details.detail})`;
}
