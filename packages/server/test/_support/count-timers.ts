// node --import …/count-timers.ts …: at each SIGUSR2 the process says how many timers it has, those too that do not keep it:
// `timers 1: 14`, `timers 2: 15`, …
import { createHook } from 'node:async_hooks';

const live = new Set<number>();
createHook({
  init(id, type) {
    if (type === 'Timeout') live.add(id);
  },
  destroy(id) {
    live.delete(id);
  },
}).enable();

let said = 0;
process.on('SIGUSR2', () => {
  said += 1;
  process.stdout.write(`timers ${said}: ${live.size}\n`);
});
