import type { ChatSettings, ModelList } from '@sluice/shared';
import { useMemo, useState } from 'react';
import { useModels } from '../api/use-models.ts';
import { storedValue } from '../ui/stored-value.ts';
import { chooseModel } from './model-choice.ts';

const stored = storedValue(() => localStorage, 'sluice.model');

export interface ModelChoice {
  list: ModelList | undefined;
  /** Whether the list could not be had. */
  isMissing: boolean;
  /** Undefined lets the server choose. */
  model: string | undefined;
  choose: (id: string) => void;
  /** What is sent with each question. */
  settings: ChatSettings;
}

export function useModelChoice(): ModelChoice {
  const { data: list, isError } = useModels();
  const [wanted, setWanted] = useState(stored.read);
  const model = chooseModel(list, wanted);
  const settings = useMemo(() => (model === undefined ? {} : { model }), [model]);
  return {
    list,
    isMissing: isError,
    model,
    settings,
    choose(id) {
      stored.write(id);
      setWanted(id);
    },
  };
}
