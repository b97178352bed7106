// The yardstick: hands bytes on without looking at them. PORT and UPSTREAM in the environment.
import { Agent, createServer, request } from 'node:http';

const upstream = new URL(process.env['UPSTREAM'] ?? '');
const agent = new Agent({ keepAlive: true });
const server = createServer((req, res) => {
  const forward = request(upstream, {
    method: 'POST',
    agent,
    headers: { 'content-type': 'application/json' },
  });
  forward.on('response', (answer) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    answer.pipe(res);
  });
  forward.on('error', () => res.destroy());
  res.on('close', () => forward.destroy());
  req.pipe(forward);
});
server.listen(Number(process.env['PORT']), '127.0.0.1', () => process.stdout.write('listening\n'));
