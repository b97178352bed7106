import type { ModelList } from '@sluice/shared';
import { useState } from 'react';
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
}

export function useModelChoice(): ModelChoice {
  const { data: list, isError } = useModels();
  const [wanted, setWanted] = useState(stored.read);
  return {
    list,
    isMissing: isError,
    model: chooseModel(list, wanted),
    choose(id) {
      stored.write(id);
      setWanted(id);
    },
  };
}
