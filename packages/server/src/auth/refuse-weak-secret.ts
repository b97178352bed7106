/** RFC 7518, section 3.2: an HS256 key is no shorter than its hash. */
const MIN_BYTES = 32;
const MIN_DISTINCT_CHARACTERS = 8;

/** What documentation, templates and tutorials write where a secret belongs; compared in lower case, letters and digits only. */
const examples = [
  /change(me|this|it)/,
  /replace(me|this|with)/,
  /your(own|very|super|jwt|secret|256bit|random|long|strong|private|key)/,
  /(secret|key|value|token)(goes)?here/,
  /^(thisis)?(a|an|my|the)?(very|super|top|jwt|not|example|default|sample|dev|development|insecure)*secret/,
  /^(astringsecret|keyboardcat|shhh|password|passw0rd|example|placeholder|insecure|default|todo|generate|openssl)/,
];

function isRepetition(secret: string): boolean {
  for (let period = 1; period <= secret.length / 2; period += 1) {
    if (secret.startsWith(secret.slice(period))) return true;
  }
  return false;
}

/** 0123…, abcd…: most characters are one beside the one before. */
function isSequence(secret: string): boolean {
  let steps = 0;
  for (let index = 1; index < secret.length; index += 1) {
    if (Math.abs(secret.charCodeAt(index) - secret.charCodeAt(index - 1)) === 1) steps += 1;
  }
  return steps > secret.length / 2;
}

function findWeakness(secret: string): string | undefined {
  const bytes = Buffer.byteLength(secret);
  if (bytes < MIN_BYTES) return `it has ${bytes} bytes, and needs at least ${MIN_BYTES}`;
  if (new Set(secret).size < MIN_DISTINCT_CHARACTERS) return 'it is made of too few different characters';
  if (isRepetition(secret)) return 'it repeats itself';
  if (isSequence(secret)) return 'it is a sequence';
  const plain = secret.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  if (examples.some((example) => example.test(plain))) return 'it is an example value';
  return undefined;
}

/**
 * Refuses a signing secret that others could guess. The message never holds the secret.
 * @throws {Error} in words for the terminal
 */
export function refuseWeakSecret(secret: string): void {
  const weakness = findWeakness(secret);
  if (weakness === undefined) return;
  throw new Error(
    `JWT_SECRET is too weak: ${weakness}. Make one with: openssl rand -base64 48 (or leave it out, and one is made in DATA_DIR)`,
  );
}
