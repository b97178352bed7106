import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const command = (process.env['COMPOSE_COMMAND'] ?? 'docker compose').split(' ');
const dockerCommand = command.at(-1) === 'compose' ? command.slice(0, -1) : [...command, 'docker'];
const port = '18080';
const upstreamPort = '19100';

/**
 * The real containers, built from this checkout, in a project of their own. COMPOSE_COMMAND replaces `docker compose`; where it does
 * not end in `compose`, its argument `docker` is to be the client of the same engine.
 * @param files that are laid over docker-compose.yml, the fake upstream's among them
 */
export function composeStack(files: string[], environment: Record<string, string> = {}) {
  const project = ['-p', 'sluice-check', ...['docker-compose.yml', ...files].flatMap((file) => ['-f', file])];
  const execute = async ([program = '', ...args]: string[]) => {
    const child = spawn(program, args, {
      cwd: join(import.meta.dirname, '../..'),
      env: { ...process.env, SLUICE_PORT: port, FAKE_UPSTREAM_PORT: upstreamPort, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output, [status]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}:\n${output}`);
    return output.trim();
  };
  const compose = (...args: string[]) => execute([...command, ...project, ...args]);
  const createToken = 'exec -T server sluice token create --email app@example.com --name check'.split(' ');
  return {
    /** Of nginx. */
    url: `http://127.0.0.1:${port}`,
    /** Runs a compose command. @returns what it said on standard output */
    compose,
    /** Runs a command of the engine's client. */
    docker: (...args: string[]) => execute([...dockerCommand, ...args]),
    up: () => compose('up', '-d', '--build', '--wait'),
    /** Ends it, with its volumes. */
    down: () => compose('down', '-v', '--timeout', '10'),
    /** @returns a token for the API */
    createToken: () => compose(...createToken),
    /** Of the fake upstream. */
    stats: async () => {
      const response = await fetch(`http://127.0.0.1:${upstreamPort}/stats`);
      return (await response.json()) as { active: number; requests: number; aborted: number };
    },
  };
}
