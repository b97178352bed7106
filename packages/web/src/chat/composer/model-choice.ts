import type { Model, ModelList } from '@sluice/shared';
import { t } from '../../ui/text.ts';

export interface ModelGroup {
  /** Of the provider. */
  id: string;
  label: string;
  models: readonly Model[];
}

/** @returns the models by provider; those that can be used come first */
export function groupModels(models: readonly Model[]): readonly ModelGroup[] {
  const groups = [...Map.groupBy(models, (model) => model.provider)].map(([provider, members]) => ({
    id: provider,
    label: members[0]?.providerName ?? provider,
    models: members.toSorted((a, b) => Number(b.available) - Number(a.available)),
  }));
  const isUsable = (group: ModelGroup) => group.models.some((model) => model.available);
  return groups.toSorted((a, b) => Number(isUsable(b)) - Number(isUsable(a)));
}

/** @returns the model to ask: the person's choice while it can be used, else the server's default; undefined lets the server choose */
export function chooseModel(list: ModelList | undefined, wanted: string | null): string | undefined {
  if (list === undefined) return wanted ?? undefined;
  const isUsable = list.models.some((model) => model.id === wanted && model.available);
  return isUsable && wanted !== null ? wanted : list.default || undefined;
}

/** @returns what people call a model */
export function modelName(list: ModelList | undefined, id: string): string {
  return list?.models.find((model) => model.id === id)?.name ?? (id === '' ? t('the model') : id);
}

/** @returns what can be said of a model where there is no list: its id without the provider */
export function bareModelName(id: string): string {
  return id.slice(id.indexOf('/') + 1);
}

/** Whether only the built-in demonstration can answer. */
export function isDemoOnly(list: ModelList): boolean {
  return list.models.filter((model) => model.available).every((model) => model.provider === 'demo');
}
