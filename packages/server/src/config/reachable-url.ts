import type { Config } from './config.ts';

/** @returns what people type, without a slash at the end: without PUBLIC_URL the server is reached where it listens */
export function reachableUrl(config: Config): string {
  return config.publicUrl ?? listeningUrl(config);
}

/** @returns where it is reached from its own machine: one that listens everywhere is also on loopback */
export function listeningUrl({ host, port }: Pick<Config, 'host' | 'port'>): string {
  if (host === '0.0.0.0' || host === '::') return `http://127.0.0.1:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
