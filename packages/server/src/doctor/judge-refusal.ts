import type { Hop } from './hop.ts';
import type { Answer, Reply } from './measurement.ts';
import { isAnswer } from './measurement.ts';
import type { ProxyKind } from './proxy-kind.ts';
import { codeOf } from './code-of.ts';
import { fixesFor } from './fixes.ts';
import type { Symptom } from './symptom.ts';

const refused = (does: string, fixes: readonly string[] = []): Symptom => ({
  level: 'fail',
  id: 'reach',
  does,
  fixes,
});

/** Why there is no stream. */
export function judgeRefusal(hop: Hop, reply: Reply, kind?: ProxyKind): Symptom {
  if (!isAnswer(reply)) return judgeSilence(hop, reply.failure);
  return (
    judgeRedirect(hop, reply, kind) ??
    judgePlain(hop, reply, kind) ??
    judgeCode(hop, reply) ??
    judgeStranger(reply)
  );
}

function judgeSilence({ isServer, isNamed }: Hop, failure: string): Symptom {
  if (isServer) {
    return refused(`does not answer: ${failure}`, [
      'start it (npm start, or docker compose up -d); if it runs, give this command the same HOST and PORT',
    ]);
  }
  const unreachable = refused(`cannot be reached from here: ${failure}`, [
    'start it, or correct its address or PUBLIC_URL',
    'from within a container other names count: docker compose exec server sluice doctor http://nginx:8080',
  ]);
  return isNamed ? unreachable : { ...unreachable, level: 'warn' };
}

function judgeRedirect(
  { url, host, origin }: Hop,
  { status, headers }: Answer,
  kind?: ProxyKind,
): Symptom | undefined {
  const { location } = headers;
  if (status < 300 || status > 399 || location === undefined) return undefined;
  const target = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
  const leads = `answers ${status} and leads to ${target?.origin ?? location}`;
  if (target?.origin === origin && target.origin !== url.origin) {
    const fixes = ['that is right; name that address, or none, to have it tested'];
    return { ...refused(`${leads}, which is PUBLIC_URL`, fixes), level: 'note' };
  }
  const isSame = target?.host === host || target?.hostname === url.hostname;
  if (target === undefined || !isSame) {
    return refused(`${leads}: no API can be called through a redirect, such as one to a sign-in`, [
      'let /api/* and /v1/* through without it: Sluice asks for its own tokens',
    ]);
  }
  const fixes =
    url.protocol === 'http:' && target.protocol === 'https:'
      ? fixesForTls(target.origin, kind)
      : ['make PUBLIC_URL the address that it leads to'];
  return { ...refused(`${leads} instead of passing the request on`, fixes), id: 'scheme' };
}

/** What the nginx.tls.conf that comes with Sluice says in place of a redirect, so that tokens that go in plain are noticed. */
function judgePlain({ url, origin }: Hop, { text }: Answer, kind?: ProxyKind): Symptom | undefined {
  if (url.protocol !== 'http:' || codeOf(text) !== 'invalid_request' || !text.includes('use https')) {
    return undefined;
  }
  const does = 'takes calls of the API by https alone';
  if (origin.startsWith('https:')) {
    const fixes = [`that is right; name ${origin}, or none, to have it tested`];
    return { ...refused(does, fixes), level: 'note' };
  }
  return { ...refused(does, fixesForTls(`https://${url.hostname}`, kind)), id: 'scheme' };
}

const fixesForTls = (secureOrigin: string, kind?: ProxyKind): string[] => [
  `if people come by https, set PUBLIC_URL=${secureOrigin} and name that address here`,
  `if another proxy in front has taken TLS off, let it say so: ${fixesFor('scheme', kind).join('; ')}`,
];

/** What Sluice itself, or the nginx.conf that comes with it, has said. */
function judgeCode({ isServer }: Hop, { text }: Answer): Symptom | undefined {
  const code = codeOf(text);
  switch (code) {
    case 'token_missing':
      return refused('takes away request headers that it does not know (X-Sluice-Probe)', [
        'let it pass all request headers on',
      ]);
    case 'token_invalid':
      return refused(
        isServer
          ? 'has another secret than this command'
          : 'leads to a Sluice that has another secret than this command',
        ['give this command the environment of the server: the same JWT_SECRET, or the same DATA_DIR'],
      );
    case 'token_expired':
      return refused('has a clock that is minutes ahead of the one here', ['synchronise both (NTP)']);
    case 'not_found':
      return refused('is of a version that has no probe', ['restart it with the version of this command']);
    case 'unavailable':
      return refused('says that the server is not there, or that it has too much to do', [
        'try again; look at the other lines',
      ]);
    default:
      return code === undefined ? undefined : refused(`refuses the probe: ${code}`);
  }
}

function judgeStranger({ status, headers, text }: Answer): Symptom {
  const [, title] = /<title[^>]*>\s*([^<]{1,80})/i.exec(text) ?? [];
  const what = title === undefined ? '' : ` (a page with the title “${title.trim()}”)`;
  const asks = headers['www-authenticate'];
  if (status === 401 && asks !== undefined) {
    return refused(`asks for a sign-in of its own: ${asks}`, [
      'let /api/* and /v1/* through without it: Sluice’s tokens need the header Authorization',
    ]);
  }
  if (status === 502 || status === 504) {
    return refused(`answers ${status}: it does not reach what is behind it`, [
      'correct the address that it passes requests on to (proxy_pass, reverse_proxy, …)',
    ]);
  }
  if (status === 200) {
    const type = headers['content-type'] ?? 'of no type';
    return refused(`answers with something that Sluice has not sent: ${type}${what}`, [
      'make it pass /api/* and /v1/* on to Sluice, past sign-in pages, caches and filters',
    ]);
  }
  return refused(`answers ${status}${what}, which Sluice has not said`, [
    'make it pass /api/* and /v1/* on to Sluice; its own log says why it refuses',
  ]);
}
