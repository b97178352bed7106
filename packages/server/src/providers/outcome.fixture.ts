import { SluiceError } from '@sluice/shared';
import { type FakeUpstream, startFakeUpstream } from '../../test/_support/fake-upstream.ts';
import type { FakeScript } from '../../test/_support/fake-upstream-script.ts';
import type { Provider, ProviderEvent, ProviderRequest } from './provider.ts';

export const request: ProviderRequest = {
  model: 'fake',
  messages: [{ role: 'user', content: 'Hello' }],
  dialect: {},
};
export const never = new AbortController().signal;

/** What came of one call: its events in order, and what it threw. */
export interface Outcome {
  batches: (readonly ProviderEvent[])[];
  events: ProviderEvent[];
  text: string;
  reasoning: string;
  error: unknown;
}

export async function collect(answer: AsyncIterable<readonly ProviderEvent[]>): Promise<Outcome> {
  const batches: (readonly ProviderEvent[])[] = [];
  let error: unknown;
  try {
    for await (const batch of answer) batches.push(batch);
  } catch (thrown) {
    error = thrown;
  }
  const events = batches.flat();
  const text = events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
  const reasoning = events.map((event) => (event.type === 'reasoning-delta' ? event.reasoning : '')).join('');
  return { batches, events, text, reasoning, error };
}

export function typesOf({ events }: Outcome): string[] {
  return events.map(({ type }) => type);
}

/** @returns the code of a SluiceError; anything else as it is, so that a failing test shows it */
export function codeOf(error: unknown): unknown {
  return error instanceof SluiceError ? error.code : error;
}

/** Settles at the first event of a type, and leaves the answer hanging where it is. */
export async function readUntil(
  iterator: AsyncIterator<readonly ProviderEvent[]>,
  type: ProviderEvent['type'],
): Promise<void> {
  for (;;) {
    const { value, done } = await iterator.next();
    if (done) throw new Error(`The answer ended without ${type}`);
    if ((value as ProviderEvent[]).some((event) => event.type === type)) return;
  }
}

type OpenedProvider = Provider & AsyncDisposable;
/** @param apiKey of the call; left out: any */
export type OpenProvider = (
  upstream: FakeUpstream,
  apiKey?: string,
) => OpenedProvider | Promise<OpenedProvider>;

/** One call of a provider whose upstream plays a script, from its begin to the upstream's rest. */
export async function play(
  createProvider: OpenProvider,
  script: FakeScript,
): Promise<Outcome & { upstream: FakeUpstream }> {
  await using upstream = await startFakeUpstream();
  await using provider = await createProvider(upstream);
  upstream.script(script);
  const outcome = await collect(provider.generate(request, never));
  await upstream.idle();
  return { ...outcome, upstream };
}
