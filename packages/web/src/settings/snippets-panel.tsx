import { useState } from 'react';
import { CopyButton } from '../ui/copy-button.tsx';
import { Panel } from '../ui/panel.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { t } from '../ui/text.ts';
import { type SnippetName, TOKEN_PLACEHOLDER, writeSnippets } from './code-snippets.ts';

/** @param token that was just made: there is no other time when it can be shown */
export function SnippetsPanel({ token }: { token: string | null }) {
  const [chosen, setChosen] = useState<SnippetName>('curl');
  const snippets = writeSnippets({ baseUrl: location.origin, token });
  const shown = snippets.find(({ name }) => name === chosen);
  if (shown === undefined) return null;
  return (
    <Panel
      title={t('Try it')}
      lead={
        token === null
          ? t('Put a token into the variable {name}, or create one: it then stands in the code.', {
              name: TOKEN_PLACEHOLDER,
            })
          : t('With the token that you have just created. The first lines say what it needs.')
      }
    >
      <div className="snippets">
        <Tabs
          label={t('Language of the code')}
          tabs={snippets.map(({ name }) => ({ name, label: name }))}
          current={chosen}
          onChoose={setChosen}
        >
          <div className="snippet-code">
            {/* Reached by keyboard, because it scrolls. */}
            <pre tabIndex={0} role="region" aria-label={t('Code: {language}', { language: shown.name })}>
              <code>{shown.code}</code>
            </pre>
            <CopyButton label={t('Copy code')} text={shown.code} />
          </div>
        </Tabs>
      </div>
    </Panel>
  );
}
