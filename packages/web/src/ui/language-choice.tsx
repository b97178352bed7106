import { announce } from './announcement.ts';
import { type Language, chooseLanguage, languages, t, useLanguage } from './text.ts';

const entries = Object.entries(languages) as [Language, string][];

export function LanguageChoice() {
  const language = useLanguage();
  const choose = (name: string) => {
    const [next] = entries.find(([known]) => known === name) ?? [language];
    chooseLanguage(next).catch(() => announce(t('The language could not be loaded')));
  };
  return (
    <select
      className="language-choice"
      aria-label={t('Language')}
      title={t('Language')}
      value={language}
      onChange={({ target }) => choose(target.value)}
    >
      {entries.map(([name, label]) => (
        <option key={name} value={name} lang={name}>
          {label}
        </option>
      ))}
    </select>
  );
}
