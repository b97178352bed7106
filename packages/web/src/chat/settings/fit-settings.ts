import type { ChatSettings, Model } from '@sluice/shared';

const options = ['systemPrompt', 'temperature', 'maxOutputTokens', 'reasoning'] as const;

/** What of the settings a model may not take. */
export type UnfitSetting =
  | 'temperature'
  | 'temperature too high'
  | 'temperature with reasoning'
  | 'reasoning';

/** Of a model of which nothing else is said. */
const MAX_TEMPERATURE = 2;

export function maxTemperatureOf(model: Model | undefined): number {
  return model?.capabilities.maxTemperature ?? MAX_TEMPERATURE;
}

/** @returns the settings that are kept and not sent to this model, and why */
export function findUnfit({ temperature, reasoning }: ChatSettings, model: Model): UnfitSetting[] {
  const { capabilities } = model;
  const takesReasoning = reasoning === undefined || capabilities.reasoningLevels.includes(reasoning);
  const thinks = takesReasoning && reasoning !== undefined && reasoning !== 'off';
  const unfit: UnfitSetting[] = [];
  if (!takesReasoning) unfit.push('reasoning');
  if (temperature !== undefined && !capabilities.temperature) unfit.push('temperature');
  // Which models take both is known to nobody but the server, and most do not.
  else if (temperature !== undefined && thinks) unfit.push('temperature with reasoning');
  else if (temperature !== undefined && temperature > maxTemperatureOf(model))
    unfit.push('temperature too high');
  return unfit;
}

/**
 * @param model that is asked; undefined while nobody knows what it takes
 * @returns what of the settings is sent with a question
 */
export function fitSettings(settings: ChatSettings, model: Model | undefined): ChatSettings {
  const { temperature, reasoning, maxOutputTokens, systemPrompt } = settings;
  const unfit = model === undefined ? [] : findUnfit(settings, model);
  const sendsTemperature = model !== undefined && !unfit.some((name) => name !== 'reasoning');
  const sendsReasoning = model !== undefined && !unfit.includes('reasoning');
  return {
    ...(model !== undefined && { model: model.id }),
    ...(systemPrompt !== undefined && { systemPrompt }),
    ...(maxOutputTokens !== undefined && {
      maxOutputTokens: Math.min(maxOutputTokens, model?.maxOutputTokens ?? Infinity),
    }),
    ...(temperature !== undefined && sendsTemperature && { temperature }),
    ...(reasoning !== undefined && sendsReasoning && { reasoning }),
  };
}

/** Whether anything but the model is other than what the server and the model would do by themselves. */
export function isChanged(settings: ChatSettings): boolean {
  return options.some((name) => settings[name] !== undefined);
}

export function isSame(one: ChatSettings, other: ChatSettings): boolean {
  return one.model === other.model && options.every((name) => one[name] === other[name]);
}
