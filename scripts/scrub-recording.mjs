// What must not stay in a recording: keys, and whom or what a provider knows a call by. Each is replaced by as many bytes, so that
// frames, chunk boundaries and lengths stay as they came; equal ones by equal ones, since readers tell things apart by their ids.

/** Of one's own key, a piece this long is taken for the key: providers quote its beginning or its end. */
const PIECE = 8;

/** The begin of a word, also after what JSON writes for a line end; never inside of that. */
const start = String.raw`(?:(?<![\w\\])|(?<=\\[nrt])|(?<=\\u[0-9a-fA-F]{4}))`;
const keyForms = [
  String.raw`sk-[\w.*-]{6,}`,
  String.raw`(?:sk|pk|rk)_(?:live|test)_[\w*]{6,}`,
  String.raw`(?:gsk_|xai-|pplx-|csk-|hf_|r8_|nvapi-|AIza|ya29\.|ghp_|github_pat_)[\w*-]{12,}`,
  '(?:AKIA|ASIA)[A-Z0-9]{12,}',
  String.raw`eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*`,
].map((form) => new RegExp(start + form, 'g'));
const bearer = /\b(?:Bearer\s+|Basic\s+(?=[^\s"]*[\d=]))(?<secret>[\w.~+/=*-]{8,})/gi;
/** The part that is replaced is the group `secret`, or all of it. */
const idForms = [
  new RegExp(String.raw`(?:(?<![\w.+\\-])|(?<=\\[nrt]))[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+`, 'g'),
  new RegExp(`${start}[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`, 'gi'),
  new RegExp(
    String.raw`${start}(?:org|proj|user|acct|req|resp|msg|rs|fc|gen|chatcmpl|cmpl)[-_](?<secret>[\w-]{8,})`,
    'g',
  ),
  /(?<=\bprojects\/)[\w-]{4,}/g,
  /"(?:\w*_)?(?:request|response|generation|user|account|org|organization|project|workspace|team|tenant|customer|trace)_?id"\s*:\s*"(?<secret>[^"\\]+)"/gi,
  /"(?:organization|project|account|user)"\s*:\s*"(?<secret>[^"\\]+)"/gi,
  /"id"\s*:\s*"(?<secret>[\w-]{16,})"/g,
];
/** What no form above is made for; left where it stands, and a reason to write nothing. */
const suspects = [
  ...keyForms,
  /\bBearer\s+(?=[^\s"]*\d)[\w.~+/=-]{16,}/gi,
  /(?:api[-_ ]?key|secret|password|credential)s?\\?["']?\s*[:=]\s*\\?["']?[^\s"',\\}]{12,}/gi,
];

/** Placeholders are made of these alone, and are suspect to nobody. */
const placeholder = /(?:KEY|ID)_\d+_*/g;

/**
 * @param {Buffer} body
 * @param {readonly string[]} secrets values that were sent, at least 8 characters each
 * @returns {Buffer} as long as `body`
 */
export function scrub(body, secrets) {
  // One character for each byte, so that places are the same.
  const text = body.toString('latin1');
  const numbers = new Map();
  const withoutSecrets = replaceRanges(text, findPieces(text, secrets), (found) =>
    placeholderOf('KEY', found, numbers),
  );
  const replaceForms = (from, forms, label) =>
    forms.reduce(
      (scrubbed, form) => replaceForm(scrubbed, form, (found) => placeholderOf(label, found, numbers)),
      from,
    );
  const withoutKeys = replaceForms(withoutSecrets, [...keyForms, bearer], 'KEY');
  return Buffer.from(replaceForms(withoutKeys, idForms, 'ID'), 'latin1');
}

/**
 * @param {Buffer} body scrubbed
 * @param {readonly string[]} secrets
 * @returns {string[]} where something is left that looks like a key; without its words
 */
export function findLeftovers(body, secrets) {
  const raw = body.toString('latin1');
  const places = findSuspects(raw, secrets).map((at) => `at byte ${at}`);
  // A model that repeats a key says it in pieces, and JSON can write any character in another way.
  for (const [path, said] of joinStrings(body.toString('utf8'))) {
    if (findSuspects(said, secrets).length > 0) places.push(`in the joined values of ${path}`);
  }
  return places;
}

/** @returns {boolean} whether what was JSON is still JSON, and what was not is not */
export function hasSameShape(received, scrubbed) {
  const shapeOf = (body) => eventsOf(body.toString('utf8')).map(isJson).join();
  return shapeOf(received) === shapeOf(scrubbed);
}

function findSuspects(text, secrets) {
  const bare = text.replace(placeholder, (found) => ' '.repeat(found.length));
  const own = findPieces(bare, secrets).map(([start]) => start);
  return [...own, ...suspects.flatMap((form) => [...bare.matchAll(form)].map(({ index }) => index))];
}

/** @returns {[number, number][]} where text has pieces of a secret, as it is or as JSON, URLs and headers write it */
function findPieces(text, secrets) {
  const forms = secrets.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
  ]);
  const pieces = new Set();
  for (const form of forms) {
    for (let at = 0; at + PIECE <= form.length; at += 1) pieces.add(form.slice(at, at + PIECE));
  }
  const ranges = [];
  for (let at = 0; pieces.size > 0 && at + PIECE <= text.length; at += 1) {
    if (!pieces.has(text.slice(at, at + PIECE))) continue;
    const last = ranges.at(-1);
    if (last !== undefined && at <= last[1]) last[1] = at + PIECE;
    else ranges.push([at, at + PIECE]);
  }
  return ranges;
}

function replaceRanges(text, ranges, replace) {
  let result = '';
  let from = 0;
  for (const [start, end] of ranges) {
    result += text.slice(from, start) + replace(text.slice(start, end));
    from = end;
  }
  return result + text.slice(from);
}

function replaceForm(text, form, replace) {
  const matches = [...text.matchAll(form)].map((match) => {
    const secret = match.groups?.secret ?? match[0];
    const at = match.index + match[0].lastIndexOf(secret);
    return { secret, range: [at, at + secret.length] };
  });
  const fresh = matches.filter(({ secret }) => !/(?:KEY|ID)_\d+_*$/.test(secret));
  const inPlace = replaceRanges(
    text,
    fresh.map(({ range }) => range),
    replace,
  );
  // An id that one field names as such stands in others, too.
  const ids = new Set(
    fresh.flatMap(({ secret }) => (/\d/.test(secret) && secret.length >= 12 ? [secret] : [])),
  );
  return [...ids].reduce((scrubbed, id) => scrubbed.replaceAll(id, replace(id)), inPlace);
}

function placeholderOf(label, found, numbers) {
  const number = numbers.get(found) ?? numbers.size + 1;
  numbers.set(found, number);
  return `${label}_${number}`.padEnd(found.length, '_').slice(0, found.length);
}

/** @returns {Map<string, string>} all strings of all events, joined by the place they have in theirs */
function joinStrings(text) {
  const joined = new Map();
  // What is not JSON, such as [DONE], has been looked at byte by byte.
  for (const event of eventsOf(text).filter(isJson)) walk(JSON.parse(event), '$', joined);
  return joined;
}

export function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Those of event streams, lines of JSON, and a body that is one piece of JSON. */
function eventsOf(text) {
  if (isJson(text)) return [text];
  const frames = text.replaceAll(/\r\n?/g, '\n').split('\n\n');
  return frames.flatMap((frame) => {
    const lines = frame.split('\n');
    const said = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice('data:'.length));
    return said.length > 0 ? [said.join('\n')] : lines.filter((line) => line.trim() !== '');
  });
}

function walk(value, path, joined) {
  if (typeof value === 'string') joined.set(path, (joined.get(path) ?? '') + value);
  if (typeof value !== 'object' || value === null) return;
  for (const [field, inner] of Object.entries(value)) walk(inner, `${path}.${field}`, joined);
}
