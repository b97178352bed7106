import type { Model } from '@sluice/shared';
import { useState } from 'react';
import { useModels } from '../api/use-models.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Panel } from '../ui/panel.tsx';
import { t } from '../ui/text.ts';
import { CatalogueTable } from './catalogue-table.tsx';

/** Which models there are, what they take and cost, and who says so; settings files change it, not this page. */
export function CataloguePanel() {
  const query = useModels();
  const [words, setWords] = useState('');
  return (
    <Panel
      title={t('Models')}
      lead={t('What this server knows of models. It is changed in its configuration, not here.')}
    >
      <Loaded query={query} what={t('The models')}>
        {(list) => (
          <>
            <input
              type="search"
              className="text-field mb-4"
              aria-label={t('Find a model')}
              placeholder={t('Find a model')}
              autoComplete="off"
              value={words}
              onChange={({ target }) => setWords(target.value)}
            />
            <CatalogueTable
              models={list.models.filter((model) => hasWords(model, words))}
              all={list.models}
            />
          </>
        )}
      </Loaded>
    </Panel>
  );
}

function hasWords({ id, name, providerName = '', aliases = [] }: Model, words: string): boolean {
  const text = [id, name, providerName, ...aliases].join(' ').toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
