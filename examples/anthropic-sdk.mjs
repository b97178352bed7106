// npm install @anthropic-ai/sdk; node anthropic-sdk.mjs
import Anthropic from '@anthropic-ai/sdk';

const baseURL = process.env.SLUICE_URL ?? 'http://127.0.0.1:3000';
const client = new Anthropic({ baseURL, apiKey: process.env.SLUICE_TOKEN });

const models = await client.models.list();
const model = models.data[0]?.id ?? '';

const stream = client.messages.stream({
  model,
  max_tokens: 1024,
  messages: [{ role: 'user', content: 'Hello!' }],
});
stream.on('text', (text) => process.stdout.write(text));

const message = await stream.finalMessage();
console.error(`\n${model}: ${message.stop_reason}, ${message.usage.output_tokens} tokens`);
