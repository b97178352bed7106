import { type ProbeReport, probedHeaders } from '../http/probe-report.ts';
import { fixesFor } from './fixes.ts';
import type { Hop } from './hop.ts';
import type { ProxyKind } from './proxy-kind.ts';
import { CLAIMED_ADDRESS } from './send.ts';
import type { Symptom } from './symptom.ts';

interface Arrival {
  hop: Hop;
  report: ProbeReport;
  isProxied: boolean;
  kind?: ProxyKind | undefined;
}

/** How the request arrived, compared with how it was sent. */
export function judgeArrival(arrival: Arrival): Symptom[] {
  return [
    ...judgeHeaders(arrival),
    judgeHost(arrival),
    judgeScheme(arrival),
    ...(arrival.hop.isLast ? [judgeAddress(arrival)] : []),
  ].flatMap((symptom) => symptom ?? []);
}

const meanings: Record<keyof typeof probedHeaders, string> = {
  accept: 'formats cannot be chosen',
  authorization: 'nobody gets in: requests are refused with 401 token_missing',
  cookie: 'sign-in does not last',
  'content-type': 'requests are refused with 415',
  'idempotency-key': 'a request that is sent again is answered, and paid, twice',
  'last-event-id': 'a stream that broke begins again from its start',
  'x-api-key': 'clients of Anthropic’s API get 401',
};

/** One symptom per header: one proxy may take one away, and the next another. */
function judgeHeaders({ report, kind }: Arrival): Symptom[] {
  return Object.entries(probedHeaders).flatMap(([name, sent]) => {
    const arrived = report.headers[name];
    if (arrived === sent) return [];
    const how = arrived === undefined ? 'takes away' : 'changes';
    return {
      level: 'fail' as const,
      id: `header ${name}`,
      does: `${how} the request header ${name}: ${meanings[name as keyof typeof meanings]}`,
      fixes: fixesFor('headers', kind),
    };
  });
}

function judgeHost({ hop, report, kind }: Arrival): Symptom | undefined {
  if (report.isOwnHost) return undefined;
  if (report.host === hop.host) return isPublic(hop) ? otherName(hop) : undefined;
  return {
    level: 'fail',
    id: 'host',
    does: `says Host: ${report.host ?? ''} instead of ${hop.host}: Sluice answers 421 to it`,
    fixes: fixesFor('host', kind),
  };
}

/** Other names are looked at without a request. */
const isPublic = ({ host, origin }: Hop) => new URL(origin).host === host;

function otherName({ host }: Hop): Symptom {
  return {
    level: 'fail',
    id: 'host',
    does: `leads to a server that answers 421 to ${host}: its PUBLIC_URL is not the one that this command has`,
    fixes: ['give both the same PUBLIC_URL, and restart the server'],
  };
}

/** Sluice's own cookies go by PUBLIC_URL, so that nothing of it breaks. */
function judgeScheme({ hop, report, kind }: Arrival): Symptom | undefined {
  const expected = hop.forwardedProto ?? hop.url.protocol.slice(0, -1);
  // Each proxy of a chain may add one of its own; the first is the outermost.
  const said = report.forwardedProto?.split(',')[0]?.trim();
  if (said === undefined || said === expected) return undefined;
  return {
    level: 'warn',
    id: 'scheme',
    does: `says X-Forwarded-Proto: ${said} of requests that came by ${expected}; Sluice goes by PUBLIC_URL, and what else reads it is misled`,
    fixes: fixesFor('scheme', kind),
  };
}

function judgeAddress({ report, isProxied, kind }: Arrival): Symptom | undefined {
  const { trustProxy, address, forwardedFor } = report;
  const isTrusting = trustProxy !== false && trustProxy !== 0;
  if (!isProxied) return isTrusting ? surplusTrust(trustProxy) : undefined;
  if (!isTrusting) return missingTrust();
  const claimedAt = forwardedFor.indexOf(CLAIMED_ADDRESS);
  if (address === CLAIMED_ADDRESS) {
    // Where addresses are listed, that of this command may be one of them, and is believed as it should be.
    if (typeof trustProxy === 'object' && claimedAt < forwardedFor.length - 1) return undefined;
    return believed(trustProxy, kind);
  }
  const proxies = forwardedFor.length - (claimedAt + 1);
  return typeof trustProxy === 'number' && proxies > trustProxy ? fewTrusted(trustProxy, proxies) : undefined;
}

const trustText = (trust: ProbeReport['trustProxy']) => `TRUST_PROXY=${String(trust)}`;

function surplusTrust(trust: ProbeReport['trustProxy']): Symptom {
  return {
    level: 'warn',
    id: 'trust',
    does: `has no proxy in front, and ${trustText(trust)} believes what clients say of their address: limits by address can be got around`,
    fixes: [
      'leave TRUST_PROXY out, or name the address of the proxy that people come through: sluice doctor URL',
    ],
  };
}

function missingTrust(): Symptom {
  return {
    level: 'warn',
    id: 'trust',
    does: 'is not trusted (TRUST_PROXY is not set): everybody has its address, and shares one limit on sign-in',
    fixes: ['set TRUST_PROXY to the number of proxies in front of Sluice, 1 for this one alone'],
  };
}

function believed(trust: ProbeReport['trustProxy'], kind?: ProxyKind): Symptom {
  return {
    level: 'fail',
    id: 'trust',
    does: `passes on what a client claims in X-Forwarded-For, and ${trustText(trust)} believes it: limits by address can be got around`,
    fixes: [...fixesFor('address', kind), 'or make TRUST_PROXY the number of proxies that add themselves'],
  };
}

function fewTrusted(trust: number, proxies: number): Symptom {
  return {
    level: 'warn',
    id: 'trust',
    does: `is behind ${proxies - 1} more: X-Forwarded-For has ${proxies} addresses, and ${trustText(trust)} takes that of a proxy for everybody’s`,
    fixes: [`set TRUST_PROXY=${proxies}`],
  };
}
