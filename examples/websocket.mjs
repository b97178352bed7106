// node websocket.mjs (Node 22 or newer)
const url = process.env.SLUICE_URL ?? 'http://127.0.0.1:3000';
const token = process.env.SLUICE_TOKEN;

const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/ws`, ['sluice', `bearer.${token}`]);
socket.onopen = () => socket.send(JSON.stringify({ type: 'chat', id: 'first', message: 'Hello!' }));

const fail = (/** @type {string} */ why) => {
  console.error(why);
  process.exitCode = 1;
};
socket.onerror = () => fail('The connection was refused, or broke.');

// While it answers: {"type":"stop","id":"first"} stops it, {"type":"steer","id":"first","content":"…"} tells it something else.
socket.onmessage = ({ data }) => {
  const message = JSON.parse(data);
  if (message.type === 'token') process.stdout.write(message.content);
  if (message.type === 'error') fail(`\n${message.code}: ${message.error}`);
  if (message.type !== 'done') return;
  console.error(`\n${message.reason}, ${message.usage?.outputTokens} tokens`);
  socket.close();
};
