// node examples/node-client.mjs, in a checkout of Sluice (Node 24; packages/shared/README.md says how to take the client elsewhere).
// It comes back by itself to a connection that breaks.
import { foldEvents, streamRun } from '@sluice/shared';

const baseUrl = process.env.SLUICE_URL ?? 'http://127.0.0.1:3000';
const token = process.env.SLUICE_TOKEN ?? '';

const events = [];
for await (const event of streamRun({ baseUrl, token, request: { message: 'Hello!' } })) {
  events.push(event);
  if (event.type === 'text-delta') process.stdout.write(event.text);
  if (event.type === 'run-retry') console.error(`Asking again: attempt ${event.attempt}`);
}

const { model, end, error } = foldEvents(events);
if (error !== null) throw new Error(error.error);
console.error(`\n${model}: ${end?.reason}, ${end?.usage?.outputTokens} tokens`);
