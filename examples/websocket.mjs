// node websocket.mjs (Node 22 or newer)
const url = process.env.SLUICE_URL ?? 'http://127.0.0.1:3000';
const token = process.env.SLUICE_TOKEN;

const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/ws`, ['sluice', `bearer.${token}`]);
socket.onopen = () => socket.send(JSON.stringify({ type: 'chat', id: 'first', message: 'Hello!' }));

// Until the answer is whole, whatever ends the connection has cut it off.
process.exitCode = 1;
socket.onclose = () => process.exitCode && console.error('\nThe answer was refused, or cut off.');

// While it answers: {"type":"stop","id":"first"} stops it, {"type":"steer","id":"first","content":"…"} tells it something else.
socket.onmessage = ({ data }) => {
  const message = JSON.parse(data);
  if (message.type === 'token') process.stdout.write(message.content);
  if (message.type === 'error') console.error(`\n${message.code}: ${message.error}`);
  if (message.type !== 'done') return;
  console.error(`\n${message.reason}, ${message.usage?.outputTokens} tokens`);
  if (message.reason === 'complete') process.exitCode = 0;
  socket.close();
};
