import { listModels } from '../openai/list-models.ts';
import { openClient } from '../openai/open-client.ts';
import { type OpenaiUpstream, generateAt } from '../openai/openai-upstream.ts';
import type { Provider } from '../provider.ts';
import { UpstreamConnections } from '../upstream-fetch.ts';
import { findGeneration } from './find-generation.ts';
import { type Preset, type PresetName, presets } from './presets.ts';

export interface CompatibleProviderOptions {
  /** First half of its models' ids. */
  id: string;
  /** What people call it. */
  name: string;
  preset: PresetName;
  /** As OpenAI's SDK takes it, with the version; default: the preset's, where it has one. */
  baseUrl?: string;
  apiKey?: string;
  /** Sent with every request, instead of the preset's own where they are the same. */
  headers?: Record<string, string>;
}

/**
 * @returns whatever speaks like OpenAI, through OpenAI's SDK; disposing it closes its idle connections
 * @throws {Error} without a base URL, given or the preset's
 */
export function createCompatibleProvider(options: CompatibleProviderOptions): Provider & AsyncDisposable {
  const preset: Preset = presets[options.preset];
  const { id, name: providerName, baseUrl = preset.baseUrl, apiKey, headers } = options;
  if (baseUrl === undefined) throw new Error(`The provider ${id} needs a base URL`);
  const connections = new UpstreamConnections();
  const { keyHeader } = preset;
  const upstream: OpenaiUpstream = {
    providerName,
    client: openClient({ providerName, connections, baseUrl, apiKey, keyHeader, headers }),
    profile: preset.profile,
    callIdHeader: preset.callIdHeader ?? 'x-request-id',
  };
  return {
    id,
    generate: (request, signal) => generateAt(upstream, request, signal),
    ...(preset.listsModels ? { listModels: (signal) => listModels(upstream, signal) } : {}),
    ...(preset.keepsAccounts
      ? { findCall: (callId, signal) => findGeneration(upstream, callId, signal) }
      : {}),
    [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
  };
}
