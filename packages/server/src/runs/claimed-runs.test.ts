import { SluiceError } from '@sluice/shared';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeDataDir } from '../storage/data-dir.fixture.ts';
import { openDatabase } from '../storage/open-database.ts';
import { makeRun, makeUser } from '../storage/rows.fixture.ts';
import { createClaimedRuns } from './claimed-runs.ts';

const refuse = (code: 'too_many_runs' | 'invalid_request') => async () => {
  throw new SluiceError(code);
};

/** @param isAlone whether no other process serves the same users */
async function createClaims({ isAlone }: { isAlone: boolean }) {
  const database = await openDatabase({ dataDir: await makeDataDir() });
  onTestFinished(() => database[Symbol.asyncDispose]());
  const user = makeUser();
  await database.users.insert(user);
  let looks = 0;
  const store: Pick<typeof database.runs, 'findByKey'> = {
    findByKey(userId, key) {
      looks += 1;
      return database.runs.findByKey(userId, key);
    },
  };
  const claims = createClaimedRuns(store, async (stored) => stored, { isAlone });
  const claim = { userId: user.id, key: 'k', fingerprint: 'f' };
  const idempotency = { key: 'k', fingerprint: 'f' };
  const writeElsewhere = async (fingerprint = 'f') => {
    const run = makeRun(user.id, { idempotency: { ...idempotency, fingerprint }, createdAt: Date.now() });
    await database.runs.insert(run);
    return run.id;
  };
  return { claims, claim, writeElsewhere, looks: () => looks };
}

describe('a key whose request is refused for too many runs', () => {
  it('is a replay when another process has taken the place, but writes its run down a moment later', async () => {
    const { claims, claim, writeElsewhere } = await createClaims({ isAlone: false });
    const claimed = claims.claim(claim, refuse('too_many_runs'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const id = await writeElsewhere();
    expect(await claimed).toMatchObject({ run: { id }, isReplay: true });
  });

  it('is a mismatch when that run is of another request', async () => {
    const { claims, claim, writeElsewhere } = await createClaims({ isAlone: false });
    const claimed = claims.claim(claim, refuse('too_many_runs'));
    const refused = expect(claimed).rejects.toMatchObject({ code: 'idempotency_mismatch' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await writeElsewhere('another');
    await refused;
  });

  it('is refused when no run of it is there a moment later, and can be used again', async () => {
    const { claims, claim, looks, writeElsewhere } = await createClaims({ isAlone: false });
    await expect(claims.claim(claim, refuse('too_many_runs'))).rejects.toMatchObject({
      code: 'too_many_runs',
    });
    expect(looks()).toBe(3);
    const id = await writeElsewhere();
    expect(await claims.claim(claim, refuse('too_many_runs'))).toMatchObject({ run: { id } });
  });

  it('is refused at once where there is no other process', async () => {
    const { claims, claim, looks } = await createClaims({ isAlone: true });
    await expect(claims.claim(claim, refuse('too_many_runs'))).rejects.toMatchObject({
      code: 'too_many_runs',
    });
    expect(looks()).toBe(2);
  });
});

it('a key whose request is refused for what it asks is looked for once', async () => {
  const { claims, claim, looks } = await createClaims({ isAlone: false });
  await expect(claims.claim(claim, refuse('invalid_request'))).rejects.toMatchObject({
    code: 'invalid_request',
  });
  expect(looks()).toBe(1);
});
