import type { ModelList } from '@sluice/shared';
import { Mark } from '../ui/mark.tsx';
import { t } from '../ui/text.ts';
import { isDemoOnly } from './composer/model-choice.ts';

const examples = () => [
  {
    title: t('Explain an idea'),
    text: t('Explain how public-key cryptography works, with an everyday analogy.'),
  },
  {
    title: t('Compare options'),
    text: t('Compare SQLite and PostgreSQL for a small web application in a table.'),
  },
  {
    title: t('Write some code'),
    text: t('Write a TypeScript function that retries a request with exponential backoff.'),
  },
  {
    title: t('Plan something'),
    text: t('Plan a three-day walking trip in the Alps for two beginners in June.'),
  },
];

interface EmptyChatProps {
  name: string | null;
  list: ModelList | undefined;
  /** Whether the models are still asked for: what is shown depends on them, and would move. */
  isEarly: boolean;
  onAsk: (text: string) => void;
}

export function EmptyChat({ name, list, isEarly, onAsk }: EmptyChatProps) {
  return (
    <div className={`empty-chat ${isEarly ? 'invisible' : ''}`}>
      <Mark className="size-11" />
      <h1 className="mt-5 text-[1.75rem]/9 font-semibold tracking-tight text-balance">
        {name === null ? t('What is on your mind?') : t('What is on your mind, {name}?', { name })}
      </h1>
      <p className="mt-2 max-w-[34rem] text-ink-soft text-pretty">
        {t(
          'Sluice is your own gateway to language models. Answers appear as they are written, and Stop stops them at once.',
        )}
      </p>
      <ul className="mt-7 grid grid-cols-2 gap-2.5">
        {examples().map(({ title, text }) => (
          <li key={title}>
            <button type="button" className="example" onClick={() => onAsk(text)}>
              <span className="block font-medium">{title}</span>
              <span className="mt-0.5 hidden text-[0.9375rem] text-ink-soft sm:block">{text}</span>
            </button>
          </li>
        ))}
      </ul>
      {list !== undefined && isDemoOnly(list) && <DemoNotice />}
    </div>
  );
}

function DemoNotice() {
  return (
    <p className="demo-notice">
      <strong>{t('This is a demonstration.')}</strong>{' '}
      {t('No provider is configured yet, so the built-in demo model answers.')}{' '}
      {t('To talk to a real one, set ANTHROPIC_API_KEY or OPENAI_API_KEY on the server and restart it.')}
    </p>
  );
}
