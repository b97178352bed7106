import type { ConfigFile, FileProvider } from './config-file-schema.ts';
import type { Environment } from './env.ts';
import { keyVariablesOf, valueOf } from './models-config.ts';
import { keyedVendors, presetNames, presetOf } from './presets.ts';
import { placeOf } from './read-config-file.ts';

interface Checked {
  file: ConfigFile;
  /** Providers that have problems of their own: taken for right wherever they are named. */
  broken: ReadonlySet<string>;
  environment: Environment;
}

/** @returns what contradicts itself, or the environment, in a file of the right shape; each names the place and what would be right */
export function findFileProblems(checked: Checked): string[] {
  return [
    ...Object.entries(checked.file.providers ?? {}).flatMap(([id, provider]) =>
      ofProvider({ id, provider, environment: checked.environment }),
    ),
    ...ofAliases(checked),
    ...ofModels(checked),
    ...ofReferences(checked),
  ];
}

function ofProvider({
  id,
  provider,
  environment,
}: {
  id: string;
  provider: FileProvider;
  environment: Environment;
}): string[] {
  const place = (...rest: string[]) => placeOf(['providers', id, ...rest]);
  const { preset: name, apiKeyVariable } = provider;
  const preset = presetOf(name);
  const problems: string[] = [];
  if (id === 'demo') problems.push(`${place()} is the demo's own name: choose another`);
  if (isBuiltIn(id) && name !== id) {
    problems.push(`${place('preset')} must be ${id}, which this name is kept for: or choose another name`);
  }
  if (preset.needsBaseUrl && provider.baseUrl === undefined) {
    problems.push(`${place('baseUrl')} must say where it is`);
  }
  const variables = keyVariablesOf(name, apiKeyVariable);
  if (variables.length > 0 && !variables.some((variable) => valueOf(environment, variable))) {
    const [variable] = variables;
    problems.push(
      apiKeyVariable === undefined
        ? `${place()} needs a key: set ${variable}, or name another variable with apiKeyVariable`
        : // What it says is not quoted: it may be the key itself.
          `${place('apiKeyVariable')} must be a variable that is set`,
    );
  }
  if (preset.isNative && provider.headers !== undefined) {
    problems.push(`${place('headers')} are for providers that speak chat completions, not ${name}`);
  }
  return problems;
}

/** An id that the environment alone can make a provider of. */
function isBuiltIn(id: string): boolean {
  return id === 'ollama' || keyedVendors.some((vendor) => vendor === id);
}

function ofAliases(checked: Checked): string[] {
  return Object.keys(checked.file.aliases ?? {}).flatMap((alias) => {
    const [first = '', ...rest] = alias.split('/');
    const isModel = rest.length > 0 && (isKnown(first, checked) || first === 'demo');
    return isModel
      ? [`${placeOf(['aliases', alias])} would hide a model of ${first}: choose another name`]
      : [];
  });
}

function isKnown(provider: string, { file, broken }: Checked): boolean {
  return isBuiltIn(provider) || broken.has(provider) || Object.hasOwn(file.providers ?? {}, provider);
}

function ofModels(checked: Checked): string[] {
  const { file } = checked;
  return Object.entries(file.models ?? {}).flatMap(([id, model]) => {
    const provider = id.slice(0, id.indexOf('/'));
    const place = (...rest: string[]) => placeOf(['models', id, ...rest]);
    const problems: string[] = [];
    if (!isKnown(provider, checked)) problems.push(`${place()}: ${unknown(provider)}`);
    const { capabilities } = model;
    if (capabilities?.reasoning === false && (capabilities.reasoningLevels?.length ?? 0) > 0) {
      problems.push(`${place('capabilities', 'reasoningLevels')} must be empty where reasoning is false`);
    }
    const preset = file.providers?.[provider]?.preset ?? provider;
    if (model.api === 'responses' && preset !== 'openai') {
      problems.push(`${place('api')} must be chat: only providers of the preset openai speak responses`);
    }
    const { longContext } = model.price ?? {};
    if (longContext !== undefined && longContext.overInputTokens >= (model.contextWindow ?? Infinity)) {
      problems.push(`${place('price', 'longContext', 'overInputTokens')} must be below its contextWindow`);
    }
    return problems;
  });
}

function unknown(provider: string): string {
  return `there is no provider ${provider}: name it under providers`;
}

/** Wherever one model names another. */
function ofReferences(checked: Checked): string[] {
  const { file } = checked;
  const lists = [
    { place: ['defaults', 'fallbacks'], models: file.defaults?.fallbacks ?? [] },
    ...Object.entries(file.models ?? {}).map(([id, { fallbacks = [] }]) => ({
      place: ['models', id, 'fallbacks'],
      own: id,
      models: fallbacks,
    })),
  ];
  const found = Object.entries(file.aliases ?? {}).flatMap(([alias, id]) =>
    ofTarget(['aliases', alias], id, checked),
  );
  if (file.defaultModel !== undefined)
    found.push(...ofReference(['defaultModel'], file.defaultModel, checked));
  for (const { place, models, ...list } of lists) {
    for (const [index, name] of models.entries()) {
      const target = file.aliases?.[name] ?? name;
      if ('own' in list && list.own === target) {
        found.push(`${placeOf([...place, index])} is the model itself: leave it out`);
      } else found.push(...ofReference([...place, index], name, checked));
    }
  }
  return found;
}

function ofReference(place: PropertyKey[], name: string, checked: Checked): string[] {
  if (Object.hasOwn(checked.file.aliases ?? {}, name)) return [];
  return ofTarget(place, name, checked);
}

/** It may be any name under a provider's prefix: only that provider has to be there. */
function ofTarget(place: PropertyKey[], id: string, checked: Checked): string[] {
  const { file, environment, broken } = checked;
  const [provider = '', ...rest] = id.split('/');
  if (rest.join('/') === '') return [`${placeOf(place)} names neither a model as provider/name nor an alias`];
  if (!isKnown(provider, checked)) return [`${placeOf(place)}: ${unknown(provider)}`];
  if (broken.has(provider) || Object.hasOwn(file.providers ?? {}, provider)) return [];
  if (provider === 'ollama') {
    const isOff = valueOf(environment, 'OLLAMA_HOST') === 'off';
    return isOff ? [`${placeOf(place)} names Ollama, which OLLAMA_HOST turns off`] : [];
  }
  const variables = keyVariablesOf(presetNames.find((name) => name === provider) ?? 'generic');
  if (variables.some((variable) => valueOf(environment, variable))) return [];
  return [`${placeOf(place)}: ${provider} is not configured: set ${variables[0]}`];
}
