import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { PROBE_HEADER, probedHeaders } from '../http/probe-report.ts';
import type { Hop } from './hop.ts';
import type { Answer, Headers, Silence } from './measurement.ts';

/** Nobody has this address (RFC 5737): a client claims it, and must not be believed. */
export const CLAIMED_ADDRESS = '203.0.113.195';

export interface Sent {
  method: string;
  path: string;
  headers?: Readonly<Record<string, string | number>>;
}

/** What a browser sends, and what lets a probe in. */
export const probeHeaders = (token: string) => ({
  ...probedHeaders,
  [PROBE_HEADER]: token,
  'accept-encoding': 'gzip, deflate, br, zstd',
  'x-forwarded-for': CLAIMED_ADDRESS,
});

/**
 * Over a connection of its own. A certificate that browsers would refuse is told of elsewhere; what comes behind it is looked at too.
 * @param signal cuts the connection, whatever of the answer has come by then
 */
export function send(hop: Hop, { method, path, headers }: Sent, signal: AbortSignal): ClientRequest {
  const { url, host, forwardedProto } = hop;
  const makeRequest = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const request = makeRequest(new URL(path, url), {
    method,
    signal,
    agent: false,
    rejectUnauthorized: false,
    ...(url.protocol === 'https:' && { servername: nameOf(host) }),
    headers: { host, ...(forwardedProto && { 'x-forwarded-proto': forwardedProto }), ...headers },
  });
  // Whoever waits hears of it; once nobody does, it may be cut.
  return request.on('error', () => undefined);
}

/** @returns what TLS is asked for: the name that is in Host, as browsers do; none for an address (RFC 6066, section 3) */
export function nameOf(host: string): string {
  const { hostname } = new URL(`https://${host}`);
  return /[a-z]/i.test(hostname) && !hostname.includes(':') ? hostname : '';
}

export function headersOf({ headers }: IncomingMessage): Headers {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

const MAX_TEXT = 2000;

/** Reads the beginning, and leaves. */
export async function readAnswer(response: IncomingMessage): Promise<Answer> {
  let text = '';
  try {
    for await (const chunk of response) {
      text += String(chunk);
      if (text.length > MAX_TEXT) break;
    }
  } catch {
    // What came of it is enough.
  }
  return { status: response.statusCode ?? 0, headers: headersOf(response), text: text.slice(0, MAX_TEXT) };
}

export function silenceOf(error: unknown): Silence {
  const [first = error]: unknown[] = error instanceof AggregateError ? error.errors : [];
  return { failure: first instanceof Error ? first.message : String(first) };
}
