import { prepareAccess } from './access.ts';
import { type Contestant, startPipe, startSluice } from './contestant.ts';
import { cpuPerStream } from './measure.ts';
import { startPacedUpstream } from './paced-upstream.ts';

interface Scenario {
  name: string;
  unit: string;
  pace: { tokens: number; perSecond: number };
  load: { streams: number; atOnce: number };
  /** Streams → units. */
  per: number;
}

const scenarios: Scenario[] = [
  {
    name: 'short requests (4 tokens), 16 at a time',
    unit: 'request',
    pace: { tokens: 4, perSecond: 0 },
    load: { streams: 3000, atOnce: 16 },
    per: 1,
  },
  ...[100, 300, 1000].map((streams) => ({
    name: `${streams} streams × 10 tokens/s`,
    unit: 'token',
    pace: { tokens: 80, perSecond: 10 },
    load: { streams, atOnce: streams },
    per: 80,
  })),
];

const ROUNDS = 3;

const warmUpOf = (scenario: Scenario): Scenario => ({
  ...scenario,
  load: { ...scenario.load, streams: scenario.load.atOnce },
});

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** Prints what Sluice costs beside a byte pipe, in one run on one machine: quote the ratios. */
export async function benchRelay(): Promise<void> {
  await using upstream = await startPacedUpstream();
  await using pipe = await startPipe(upstream.url);
  await using sluice = await startSluice(upstream.url, await prepareAccess('bench'));
  const measure = async (contestant: Contestant, { pace, load, per }: Scenario): Promise<number> => {
    upstream.pace(pace);
    return (await cpuPerStream(contestant, load)) / per;
  };
  console.log(`\nCPU µs, medians of ${ROUNDS}\n`);
  console.log('| scenario | byte pipe | Sluice | ratio |\n|---|---|---|---|');
  for (const scenario of scenarios) {
    for (const contestant of [pipe, sluice]) await measure(contestant, warmUpOf(scenario));
    const costs: { pipe: number; sluice: number }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      costs.push({ pipe: await measure(pipe, scenario), sluice: await measure(sluice, scenario) });
    }
    const ofPipe = median(costs.map((cost) => cost.pipe)).toFixed(1);
    const ofSluice = median(costs.map((cost) => cost.sluice)).toFixed(1);
    const ratio = median(costs.map((cost) => cost.sluice / cost.pipe)).toFixed(2);
    console.log(`| ${scenario.name}, per ${scenario.unit} | ${ofPipe} | ${ofSluice} | ${ratio} |`);
  }
}
