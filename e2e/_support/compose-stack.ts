import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** `docker compose`, or what stands for it. */
const command = (process.env['COMPOSE_COMMAND'] ?? 'docker compose').split(' ');
/** The client of the same engine. */
export const dockerCommand = command.at(-1) === 'compose' ? command.slice(0, -1) : [...command, 'docker'];
const root = join(import.meta.dirname, '../..');
const upstreamPort = '19100';
const ports = { SLUICE_PORT: '18080', SLUICE_HTTP_PORT: '18080', SLUICE_HTTPS_PORT: '18443' };

/**
 * The real containers, built from this checkout, in a project of their own. COMPOSE_COMMAND replaces `docker compose`; where it does
 * not end in `compose`, its argument `docker` is to be the client of the same engine.
 * @param files that are laid over docker-compose.yml, the fake upstream's among them; other files make another shape of the same project
 */
export function composeStack(files: string[], environment: Record<string, string> = {}) {
  const project = ['-p', 'sluice-check', ...['docker-compose.yml', ...files].flatMap((file) => ['-f', file])];
  const env = { ...process.env, ...ports, FAKE_UPSTREAM_PORT: upstreamPort, ...environment };
  const execute = async ([program = '', ...args]: string[]) => {
    const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
    const [output, [status]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}:\n${output}`);
    return output.trim();
  };
  const compose = (...args: string[]) => execute([...command, ...project, ...args]);
  const docker = (...args: string[]) => execute([...dockerCommand, ...args]);
  const createToken = 'exec -T server sluice token create --email app@example.com --name check'.split(' ');
  return {
    /** Of nginx; with docker-compose.tls.yml it sends people to `secureUrl`. */
    url: `http://127.0.0.1:${ports.SLUICE_PORT}`,
    secureUrl: `https://127.0.0.1:${ports.SLUICE_HTTPS_PORT}`,
    /** Runs a compose command. @returns what it said on standard output */
    compose,
    /** Runs a command of the engine's client. */
    docker,
    /** @returns the ids of a service's containers, or of all */
    containers: async (...service: string[]) => (await compose('ps', '-q', ...service)).split('\n'),
    /** Waits until a container is healthy. */
    untilHealthy: async (container: string): Promise<void> => {
      const deadline = performance.now() + 60_000;
      const health = () => docker('inspect', '-f', '{{.State.Health.Status}}', container);
      while ((await health()) !== 'healthy') {
        if (performance.now() > deadline) throw new Error(`${container} is ${await health()}`);
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
    },
    up: (...options: string[]) => compose('up', '-d', '--wait', ...options),
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

export type ComposeStack = ReturnType<typeof composeStack>;
