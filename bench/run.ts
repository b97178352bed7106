// npm run bench: what Sluice costs beside a byte pipe, in one run on one machine. Prints a table; quote the ratios.
import { cpus } from 'node:os';
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

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

await using upstream = await startPacedUpstream();
await using pipe = await startPipe(upstream.url);
await using sluice = await startSluice(upstream.url, await prepareAccess('bench'));

async function measure(contestant: Contestant, { pace, load, per }: Scenario): Promise<number> {
  upstream.pace(pace);
  return (await cpuPerStream(contestant, load)) / per;
}

console.log(
  `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, medians of ${ROUNDS}\n`,
);
console.log('| scenario | CPU µs, byte pipe | CPU µs, Sluice | ratio |\n|---|---|---|---|');
for (const scenario of scenarios) {
  const warmUp = { ...scenario, load: { ...scenario.load, streams: scenario.load.atOnce } };
  const costs: { pipe: number; sluice: number }[] = [];
  for (const contestant of [pipe, sluice]) await measure(contestant, warmUp);
  for (let round = 0; round < ROUNDS; round += 1) {
    costs.push({ pipe: await measure(pipe, scenario), sluice: await measure(sluice, scenario) });
  }
  const [ofPipe, ofSluice] = [
    median(costs.map((cost) => cost.pipe)),
    median(costs.map((cost) => cost.sluice)),
  ];
  const ratio = median(costs.map((cost) => cost.sluice / cost.pipe));
  console.log(
    `| ${scenario.name}, per ${scenario.unit} | ${ofPipe.toFixed(1)} | ${ofSluice.toFixed(1)} | ${ratio.toFixed(2)} |`,
  );
}
