import { describe, expect, it } from 'vitest';
import { hashPassword, verifyPassword } from './password.ts';

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

describe('password', () => {
  it('is kept as argon2id in PHC form, salted', async () => {
    const [one, two] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(two);
  });

  it('is right in every Unicode form of itself, and wrong otherwise', async () => {
    const hash = await hashPassword('caf\u00e9 am Meer');
    expect(await verifyPassword('cafe\u0301 am Meer', hash)).toBe(true);
    expect(await verifyPassword('cafe am Meer', hash)).toBe(false);
    expect(await verifyPassword('', hash)).toBe(false);
  });

  it('cannot be checked against a stored hash that is not argon2id', async () => {
    const hash = '$argon2id$v=19$m=64,t=3,p=1$c2FsdHNhbHRzYWx0$';
    await expect(verifyPassword('x', hash)).rejects.toThrow('not argon2id');
    await expect(verifyPassword('x', '$2b$10$abcdefghijklmnopqrstuv')).rejects.toThrow('not argon2id');
  });

  it('takes as long to be wrong for nobody as for somebody', async () => {
    const hash = await hashPassword('correct horse');
    const somebody = await timeOf(() => verifyPassword('wrong', hash));
    const nobody = await timeOf(() => verifyPassword('wrong', null));
    expect(await verifyPassword('wrong', undefined)).toBe(false);
    expect(nobody).toBeGreaterThan(somebody / 4);
  });
});
