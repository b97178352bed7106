import { type ChatSettings, type Model, reasoningLevels } from '@sluice/shared';
import { useId } from 'react';
import { Dialog } from '../../ui/dialog.tsx';
import { fieldText } from '../../ui/field-text.ts';
import { formatNumber } from '../../ui/format.ts';
import { Form } from '../../ui/form.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { t } from '../../ui/text.ts';
import { type UnfitSetting, findUnfit, isChanged, maxTemperatureOf } from './fit-settings.ts';
import type { ChatChoice } from './use-chat-settings.ts';

const MAX_PROMPT = 100_000;

type ReasoningLevel = (typeof reasoningLevels)[number];

function readSettings(fields: FormData, kept: ChatSettings): ChatSettings {
  const systemPrompt = fieldText(fields, 'systemPrompt').trim().replaceAll('\0', '').toWellFormed();
  /** What has no field, because the model does not take it, stays as it is. */
  const read = <Value,>(name: keyof ChatSettings, was: Value, parse: (text: string) => Value | undefined) => {
    if (!fields.has(name)) return was;
    const text = fieldText(fields, name).trim();
    return text === '' ? undefined : parse(text);
  };
  const { model } = kept;
  const temperature = read('temperature', kept.temperature, Number);
  const maxOutputTokens = read('maxOutputTokens', kept.maxOutputTokens, Number);
  const reasoning = read('reasoning', kept.reasoning, (text) =>
    reasoningLevels.find((level) => level === text),
  );
  return {
    ...(model !== undefined && { model }),
    ...(systemPrompt !== '' && { systemPrompt }),
    ...(temperature !== undefined && { temperature }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(reasoning !== undefined && { reasoning }),
  };
}

/** What is set for one chat: of all there is, what its model takes. */
export function ChatSettingsDialog({ choice, onClose }: { choice: ChatChoice; onClose: () => void }) {
  const { kept, list, change } = choice;
  const model = list?.models.find(({ id }) => id === choice.model);
  const keep = async (fields: FormData) => {
    await change(readSettings(fields, kept));
    onClose();
  };
  const reset = () => {
    choice.reset();
    onClose();
  };
  return (
    <Dialog title={t('Chat settings')} className="chat-settings" onClose={onClose}>
      <p className="mb-4 text-[0.9375rem] text-ink-soft text-pretty">
        {t('For this conversation alone, wherever you open it. What is left empty is left to the model.')}
      </p>
      <Form
        label={t('Chat settings')}
        submit={t('Save')}
        done={t('Saved')}
        onSubmit={keep}
        aside={isChanged(kept) && <ResetButton onReset={reset} />}
      >
        <PromptField value={kept.systemPrompt} />
        <div className="grid gap-4 sm:grid-cols-2">
          <ModelFields kept={kept} model={model} />
        </div>
        {model !== undefined && <UnfitNotes kept={kept} model={model} />}
      </Form>
    </Dialog>
  );
}

function ResetButton({ onReset }: { onReset: () => void }) {
  return (
    <button type="button" className="link-button" onClick={onReset}>
      {t('Reset to default')}
    </button>
  );
}

function PromptField({ value }: { value: string | undefined }) {
  const id = useId();
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {t('System prompt')}
      </label>
      <textarea
        id={id}
        name="systemPrompt"
        className="text-field prompt-field"
        rows={5}
        maxLength={MAX_PROMPT}
        placeholder={t('How should it answer? For example: briefly, and in plain words.')}
        defaultValue={value}
      />
    </div>
  );
}

function ModelFields({ kept, model }: { kept: ChatSettings; model: Model | undefined }) {
  const levels = model?.capabilities.reasoningLevels ?? [];
  const most = model?.maxOutputTokens ?? 1_000_000;
  const maxTemperature = maxTemperatureOf(model);
  const names: Record<ReasoningLevel, string> = {
    off: t('Off'),
    low: t('Low'),
    medium: t('Medium'),
    high: t('High'),
  };
  return (
    <>
      {model?.capabilities.temperature === true && (
        <TextField
          label={t('Temperature')}
          name="temperature"
          type="number"
          inputMode="decimal"
          min={0}
          max={maxTemperature}
          step={0.05}
          autoComplete="off"
          placeholder={t('As the model has it')}
          hint={t('From 0, matter-of-fact, to {most}, inventive.', { most: formatNumber(maxTemperature) })}
          defaultValue={kept.temperature}
        />
      )}
      <TextField
        label={t('Longest answer')}
        name="maxOutputTokens"
        type="number"
        inputMode="numeric"
        min={1}
        max={most}
        autoComplete="off"
        placeholder={t('As the model has it')}
        hint={t('In tokens; at most {count}.', { count: formatNumber(most) })}
        defaultValue={kept.maxOutputTokens}
      />
      {levels.length > 0 && (
        <SelectField
          label={t('Reasoning effort')}
          name="reasoning"
          options={[['', t('As the model has it')], ...levels.map((level) => [level, names[level]] as const)]}
          defaultValue={kept.reasoning !== undefined && levels.includes(kept.reasoning) ? kept.reasoning : ''}
        />
      )}
    </>
  );
}

function UnfitNotes({ kept, model }: { kept: ChatSettings; model: Model }) {
  const unfit = findUnfit(kept, model);
  if (unfit.length === 0) return null;
  const notes: Record<UnfitSetting, string> = {
    temperature: t('The temperature of {value} is not sent: {model} does not take one.', {
      value: formatNumber(kept.temperature ?? 0),
      model: model.name,
    }),
    'temperature too high': t('The temperature of {value} is not sent: {model} takes {most} at most.', {
      value: formatNumber(kept.temperature ?? 0),
      model: model.name,
      most: formatNumber(maxTemperatureOf(model)),
    }),
    'temperature with reasoning': t('The temperature of {value} is not sent while the model reasons.', {
      value: formatNumber(kept.temperature ?? 0),
    }),
    reasoning: t('The reasoning effort “{value}” is not sent: {model} does not take it.', {
      value: kept.reasoning ?? '',
      model: model.name,
    }),
  };
  return (
    <ul className="grid gap-1 text-sm text-ink-soft">
      {unfit.map((name) => (
        <li key={name}>{notes[name]}</li>
      ))}
    </ul>
  );
}
