/** The references that prose really uses; others stay as they are written. */
const named: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  ensp: '\u2002',
  emsp: '\u2003',
  thinsp: '\u2009',
  shy: '\u00ad',
  copy: '©',
  reg: '®',
  trade: '™',
  hellip: '…',
  mdash: '—',
  ndash: '–',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  laquo: '«',
  raquo: '»',
  bull: '•',
  middot: '·',
  para: '¶',
  sect: '§',
  deg: '°',
  plusmn: '±',
  times: '×',
  divide: '÷',
  frac12: '½',
  frac14: '¼',
  frac34: '¾',
  sup2: '²',
  sup3: '³',
  micro: 'µ',
  ne: '≠',
  le: '≤',
  ge: '≥',
  asymp: '≈',
  infin: '∞',
  larr: '←',
  uarr: '↑',
  rarr: '→',
  darr: '↓',
  harr: '↔',
  euro: '€',
  pound: '£',
  yen: '¥',
  cent: '¢',
  pi: 'π',
  alpha: 'α',
  beta: 'β',
  lambda: 'λ',
  mu: 'μ',
  sum: '∑',
  radic: '√',
};

const reference = /&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w+);/g;

function character(codePoint: number): string {
  const isAllowed = codePoint > 0 && codePoint <= 0x10ffff && !(codePoint >= 0xd800 && codePoint <= 0xdfff);
  return isAllowed ? String.fromCodePoint(codePoint) : '\ufffd';
}

function decode(whole: string, name: string): string {
  if (/^#\d/.test(name)) return character(Number(name.slice(1)));
  if (name.startsWith('#')) return character(Number.parseInt(name.slice(2), 16));
  return Object.hasOwn(named, name) ? (named[name] ?? whole) : whole;
}

/** Character references (CommonMark 6.2) → the characters they stand for. */
export function decodeEntities(text: string): string {
  return text.includes('&') ? text.replace(reference, decode) : text;
}
