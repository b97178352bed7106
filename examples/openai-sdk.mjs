// npm install openai; node openai-sdk.mjs
import OpenAI from 'openai';

const url = process.env.SLUICE_URL ?? 'http://127.0.0.1:3000';
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: process.env.SLUICE_TOKEN });

const models = await client.models.list();
const model = models.data[0]?.id ?? '';

const stream = await client.chat.completions.create({
  model,
  messages: [{ role: 'user', content: 'Hello!' }],
  stream: true,
  stream_options: { include_usage: true },
});
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta.content ?? '');
  if (chunk.usage) console.error(`\n${model}: ${chunk.usage.completion_tokens} tokens`);
}
