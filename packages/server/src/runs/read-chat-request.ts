import { type ChatRequest, type Message, SluiceError } from '@sluice/shared';
import type { ResolvedModel } from '../catalog/catalog.ts';
import type { ProviderRequest } from '../providers/provider.ts';

function refuse(field: string, why: string): never {
  throw new SluiceError('unsupported_option', { detail: `${field}: ${why}` });
}

/** Of models of which nothing else is said. */
const MAX_TEMPERATURE = 2;

/** A model that does not think is asked for nothing by `off`. */
export function takesReasoning(
  { capabilities }: ResolvedModel,
  level: NonNullable<ChatRequest['reasoning']>,
): boolean {
  const { reasoningLevels } = capabilities;
  return reasoningLevels.includes(level) || (level === 'off' && reasoningLevels.length === 0);
}

/** @returns what is wrong with asking for this temperature, with this reasoning; undefined when nothing is */
export function findTemperatureFault(
  { capabilities, dialect }: ResolvedModel,
  { temperature, reasoning = 'off' }: Pick<ChatRequest, 'temperature' | 'reasoning'>,
): string | undefined {
  if (temperature === undefined) return undefined;
  if (!capabilities.temperature) return 'does not take it';
  if (dialect.temperature !== undefined && reasoning !== 'off')
    return 'does not take it together with reasoning';
  const { maxTemperature = MAX_TEMPERATURE } = capabilities;
  return temperature > maxTemperature ? `takes 0 to ${maxTemperature}` : undefined;
}

function refuseUnsupported(body: ChatRequest, model: ResolvedModel): void {
  const fault = findTemperatureFault(model, body);
  if (fault !== undefined) refuse('temperature', `model ${model.id} ${fault}`);
  if (body.reasoning !== undefined && !takesReasoning(model, body.reasoning)) {
    const { reasoningLevels } = model.capabilities;
    const why = reasoningLevels.length === 0 ? 'does not take it' : `takes ${reasoningLevels.join(', ')}`;
    refuse('reasoning', `model ${model.id} ${why}`);
  }
  for (const [index, { content }] of (body.messages ?? []).entries()) {
    if (typeof content === 'string' || model.capabilities.images) continue;
    const part = content.findIndex(({ type }) => type === 'image');
    if (part >= 0) refuse(`messages.${index}.content.${part}`, `model ${model.id} does not take images`);
  }
}

/**
 * What a chat request asks of a provider, but for what is said before it in its conversation.
 * @throws {SluiceError} `unsupported_option` naming the field
 */
export function readChatRequest(body: ChatRequest, model: ResolvedModel): Omit<ProviderRequest, 'messages'> {
  refuseUnsupported(body, model);
  const systemPrompt = body.systemPrompt ?? body.system;
  return {
    model: model.upstreamName,
    ...(systemPrompt !== undefined && { systemPrompt }),
    ...(body.maxOutputTokens !== undefined && { maxOutputTokens: body.maxOutputTokens }),
    ...(model.maxOutputTokens !== null && { modelOutputLimit: model.maxOutputTokens }),
    ...(body.temperature !== undefined && { temperature: body.temperature }),
    ...(body.reasoning !== undefined &&
      model.dialect.reasoning !== undefined && { reasoning: body.reasoning }),
    dialect: model.dialect,
  };
}

/**
 * What is asked outside of conversations.
 * @throws {SluiceError} `invalid_request` when nothing is
 */
export function readMessages({ message, messages }: ChatRequest): readonly Message[] {
  const asked = messages ?? (message === undefined ? [] : [{ role: 'user' as const, content: message }]);
  if (asked.length === 0) {
    throw new SluiceError('invalid_request', { detail: 'message: give a message, or messages' });
  }
  return asked;
}
