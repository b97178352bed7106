// npm run bench [-- relay|storage|scale|page]: what Sluice costs, in tables. Machines are noisy: quote ratios and differences of one run.
import { cpus } from 'node:os';
import { benchPage } from './page-render.ts';
import { benchRelay } from './relay-cost.ts';
import { benchScale } from './scale-cost.ts';
import { benchStorage } from './storage-cost.ts';

const benches = { relay: benchRelay, storage: benchStorage, scale: benchScale, page: benchPage };

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !(name in benches));
if (unknown !== undefined)
  throw new Error(`no bench is called ${unknown}: ${Object.keys(benches).join(', ')}`);
console.log(`Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}`);
for (const [name, bench] of Object.entries(benches)) {
  if (asked.length === 0 || asked.includes(name)) await bench();
}
