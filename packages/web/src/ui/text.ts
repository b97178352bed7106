import { setupI18n } from '@lingui/core';
import { compileMessage } from './compile-message.ts';
import { useSyncExternalStore } from 'react';
import type { Catalogue } from '../german/catalogue.ts';
import { storedValue } from './stored-value.ts';

/** What the page speaks, in its own words. English needs no catalogue: its sentences are the keys of the others. */
export const languages = { en: 'English', de: 'Deutsch' } as const;

export type Language = keyof typeof languages;

type Values = Readonly<Record<string, string | number>>;

const stored = storedValue(() => localStorage, 'sluice.language');
const catalogues = {
  en: async (): Promise<Catalogue> => ({}),
  de: async (): Promise<Catalogue> => (await import('../german/german.ts')).german,
};

const compiled = new Map<string, ReturnType<typeof compileMessage>>();
function compile(message: string): ReturnType<typeof compileMessage> {
  const known = compiled.get(message) ?? compileMessage(message);
  compiled.set(message, known);
  return known;
}

const i18n = setupI18n({ locale: 'en', messages: { en: {} } });
i18n.setMessagesCompiler(compile);

/**
 * @param message an ICU message in English, written out where it is used
 * @returns it in the page's language; in English where that has no word for it
 */
export function t(message: string, values?: Values): string {
  return i18n._(message, values);
}

export function getLanguage(): Language {
  return i18n.locale === 'de' ? 'de' : 'en';
}

/** @returns the page's language as the browser's owner writes it: an Englishman's clock is not an American's */
export function getLocale(): string {
  const language = getLanguage();
  return navigator.languages.find((tag) => tag.split('-')[0] === language) ?? language;
}

const subscribe = (listener: () => void) => i18n.on('change', listener);

/** Draws a component again when the language changes. The page's root asks for it, and whatever is memoised. */
export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, getLanguage, getLanguage);
}

function isLanguage(name: string | null): name is Language {
  return name !== null && Object.hasOwn(languages, name);
}

/** @returns what was chosen here, else the first of the browser's languages that the page speaks */
export function preferredLanguage(): Language {
  const chosen = stored.read();
  if (isLanguage(chosen)) return chosen;
  return navigator.languages.map((tag) => tag.split('-')[0] ?? '').find(isLanguage) ?? 'en';
}

/** Speaks another language from now on, everywhere on the page. @throws when its words cannot be loaded */
export async function speak(language: Language): Promise<void> {
  const messages = await catalogues[language]();
  i18n.loadAndActivate({ locale: language, messages: { ...messages } });
  document.documentElement.lang = language;
}

/** Speaks a language here, also the next time. @throws when its words cannot be loaded */
export async function chooseLanguage(language: Language): Promise<void> {
  await speak(language);
  stored.write(language);
}
