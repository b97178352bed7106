import { SluiceError } from '@sluice/shared';
import { type ProviderSettings, createProvider } from '../providers/create-provider.ts';
import { Clocks } from './clocks.ts';
import { type Finding, fail, note, ok, warn } from './finding.ts';

const PATIENCE_MS = 8000;

/**
 * Asks each for its list of models, which costs nothing, and says whether its key is taken, and what its clock says.
 * @param lookedFor ids of those that nobody has named
 */
export async function checkProviders(
  providers: readonly ProviderSettings[],
  lookedFor: ReadonlySet<string>,
): Promise<Finding[]> {
  using clocks = new Clocks();
  const checks = providers.map(async (settings) => ({
    id: settings.id,
    finding: await checkProvider(settings),
  }));
  const findings = (await Promise.all(checks)).flatMap(({ id, finding }) =>
    finding.level === 'fail' && lookedFor.has(id) ? [] : [finding],
  );
  if (findings.length > 0) return [...findings, ...clocks.judge()];
  return [
    warn('providers', 'no provider is configured: answers come from the demo model', [
      'set a key such as ANTHROPIC_API_KEY, or start Ollama; docs/models-and-providers.md has all ways',
    ]),
  ];
}

async function checkProvider(settings: ProviderSettings): Promise<Finding> {
  const { id } = settings;
  try {
    await using provider = await createProvider(settings);
    if (provider.listModels === undefined) {
      return note(
        'providers',
        `${id} has no list of models: its key is known to be right once a model is asked`,
      );
    }
    const { length } = await provider.listModels(AbortSignal.timeout(PATIENCE_MS));
    return judgeList(id, length);
  } catch (error) {
    return judgeFailure(id, error);
  }
}

function judgeList(id: string, models: number): Finding {
  const has = `${models} ${models === 1 ? 'model' : 'models'}`;
  return models === 0
    ? warn('providers', `${id} answers, and has no models`, ['bring one there (Ollama: ollama pull NAME)'])
    : ok('providers', `${id} takes its key and has ${has}`);
}

export function judgeFailure(id: string, error: unknown): Finding {
  const code = error instanceof SluiceError ? error.code : 'none';
  switch (code) {
    case 'upstream_auth':
      return fail('providers', `${id} refuses its key`, [
        'make another one at the vendor, set it, and restart Sluice',
      ]);
    case 'upstream_quota':
      return fail('providers', `${id} takes its key and says that nothing is left to spend`, [
        'pay in, or raise its limit',
      ]);
    case 'upstream_rate_limited':
    case 'upstream_overloaded':
      return warn('providers', `${id} has too much to do just now`, ['try again later']);
    default:
      return fail('providers', `${id} cannot be asked${wordsOf(error)}`, [
        'see whether this machine gets there (its base URL, DNS, firewall, HTTPS proxy)',
      ]);
  }
}

/** Ours alone: those of others may echo a key. */
function wordsOf(error: unknown): string {
  if (error instanceof SluiceError) return `: ${error.message}`;
  return error instanceof Error && error.name === 'TimeoutError'
    ? `: nothing within ${PATIENCE_MS / 1000} s`
    : '';
}
