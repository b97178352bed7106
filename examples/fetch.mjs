// node fetch.mjs: nothing but what the platform has.
const url = process.env.SLUICE_URL ?? 'http://127.0.0.1:3000';
const token = process.env.SLUICE_TOKEN;

const response = await fetch(`${url}/api/chat/stream`, {
  method: 'POST',
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  body: JSON.stringify({ message: 'Hello!' }),
});
if (!response.ok || response.body === null) throw new Error(await response.text());

let rest = '';
let isWhole = false;
for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines.filter((line) => line.startsWith('data: '))) {
    const event = JSON.parse(line.slice(6));
    if (event.text) process.stdout.write(event.text);
    if (event.error) throw new Error(event.error);
    if (event.done) isWhole = true;
  }
}
if (!isWhole) throw new Error('the answer was cut off');
