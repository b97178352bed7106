import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { limitConcurrency } from './limit-concurrency.ts';

const deriveAsync = promisify(argon2);

/** How passwords are kept; tests count the calls. */
export interface Passwords {
  /** @returns what is stored of it. @throws {SluiceError} `unavailable` when too many are hashed at once */
  hash(password: string): Promise<string>;
  /** Takes the same time whether or not there is a hash. @throws {SluiceError} `unavailable` when too many are hashed at once */
  verify(password: string, hash: string | null | undefined): Promise<boolean>;
}

/** OWASP's smallest recommendation: about 40 ms and 19 MiB each, so few may run at once. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 };
const TAG_BYTES = 32;
const runLimited = limitConcurrency({ max: 2, maxWaiting: 100 });

const phcFormat =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;
const encode = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');

/** Verified for users who have no password, so that an answer's time does not tell whether an email is known. */
const nobodysHash = format(Buffer.alloc(16), Buffer.alloc(TAG_BYTES));

function format(salt: Buffer, tag: Buffer): string {
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${encode(salt)}$${encode(tag)}`;
}

function derive(password: string, parameters: typeof cost & { nonce: Buffer; tagLength: number }) {
  // NIST SP 800-63B: the same password may be typed in more than one form of Unicode.
  return runLimited(() => deriveAsync('argon2id', { message: password.normalize('NFKC'), ...parameters }));
}

/** @returns a PHC string: `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<tag>` */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  return format(salt, await derive(password, { ...cost, nonce: salt, tagLength: TAG_BYTES }));
}

/**
 * Takes the same time whether or not there is a hash.
 * @param hash as `hashPassword` made it; null or undefined: nobody's, never right
 */
export async function verifyPassword(password: string, hash: string | null | undefined): Promise<boolean> {
  const [, memory, passes, parallelism, salt, tag] = phcFormat.exec(hash ?? nobodysHash) ?? [];
  if (salt === undefined || tag === undefined) throw new Error('a stored password hash is not argon2id');
  const expected = Buffer.from(tag, 'base64');
  const actual = await derive(password, {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    nonce: Buffer.from(salt, 'base64'),
    tagLength: expected.length,
  });
  return timingSafeEqual(actual, expected) && hash !== null && hash !== undefined;
}

export const argon2Passwords: Passwords = { hash: hashPassword, verify: verifyPassword };
