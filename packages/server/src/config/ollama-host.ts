import { isIPv6 } from 'node:net';

/** Where Ollama listens unless told otherwise. */
export const LOCAL_OLLAMA_URL = 'http://127.0.0.1:11434';

const DEFAULT_PORT = '11434';

/**
 * Reads OLLAMA_HOST as Ollama's own clients do: `host`, `host:port`, `:port` or a URL, whose scheme decides the port where it names
 * none. An address that stands for all interfaces, as a server is given it, is this machine.
 * @returns undefined for what is no address
 */
export function readOllamaHost(value: string): string | undefined {
  const scheme = /^https?:\/\//i.exec(value)?.[0] ?? '';
  const rest = value.slice(scheme.length);
  if (rest.includes('://')) return undefined;
  const host = isIPv6(rest) ? `[${rest}]` : rest.replace(/^(?=:)/, '127.0.0.1');
  const address = `${scheme === '' ? 'http://' : scheme}${host}`;
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  if (url.username !== '' || url.search !== '' || url.hash !== '') return undefined;
  if (scheme === '' && !/^[^/]*:\d+(\/|$)/.test(host)) url.port = DEFAULT_PORT;
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1';
  if (url.hostname === '[::]') url.hostname = '[::1]';
  return url.href.replace(/\/+$/, '');
}
