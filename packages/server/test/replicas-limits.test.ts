import type { LimitStateList } from '@sluice/shared';
import { describe, expect, it, vi } from 'vitest';
import { prove } from './_support/guarantees/prove.ts';
import { makePerson } from './_support/make-person.ts';
import { iterateEvents, lastOf, readEvents } from './_support/start-server.ts';
import { useReplicas } from './_support/use-replicas.ts';

const pair = useReplicas({ MAX_RUNS_PER_USER: '4', RATE_LIMIT_PER_MINUTE: '30' });

/** A person whom both servers know, and what they ask of either. */
async function person() {
  const made = await makePerson(pair.servers[0], { hasGallery: false });
  const ask = (index: number, body: object = {}) =>
    pair.servers[index % 2 === 0 ? 0 : 1].call('/api/chat/stream', {
      body: { message: 'Hi', model: 'openai/gpt-4.1', ...body },
      token: made.session,
    });
  return { ...made, ask };
}

const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;

describe('limits of two servers', () => {
  it('count running answers together, and free their places together', async () => {
    const { ask } = await person();
    pair.upstream.script({ tokens: 100, delayMs: 10 });
    const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => ask(index)));
    const [begun, refused] = [200, 429].map((status) => answers.filter((answer) => answer.status === status));
    expect([begun?.length, refused?.length]).toEqual([4, 8]);
    for (const answer of refused ?? []) expect(await codeOf(answer)).toBe('too_many_runs');
    await Promise.all((begun ?? []).map(readEvents));
    pair.upstream.script({ tokens: 1 });
    await vi.waitFor(async () => {
      const next = await ask(1);
      expect(next.status).toBe(200);
      await readEvents(next);
    });
  });

  it('count requests together', async () => {
    const { ask } = await person();
    pair.upstream.script({ tokens: 1 });
    const statuses: number[] = [];
    // One run was made with the person.
    for (let index = 0; index < 40; index += 1) {
      const response = await ask(index);
      statuses.push(response.status);
      if (response.status === 429) expect(await codeOf(response)).toBe('rate_limited');
      else await readEvents(response);
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(29);
  });

  it('overspend no budget by more than one request may use, however many ask at once', async () => {
    const admin = await makePerson(pair.servers[0], { role: 'admin', hasGallery: false });
    const { ask, ids, session } = await person();
    const change = { subject: 'user', id: ids.user, period: 'day', unit: 'tokens', amount: 200 };
    const put = await pair.servers[0].call('/api/admin/limits', {
      method: 'PUT',
      body: change,
      token: admin.session,
    });
    expect(put.status).toBe(200);
    // The other server has seen it by then.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    pair.upstream.script({ tokens: 40, usage: { prompt_tokens: 10, completion_tokens: 40 } });
    const requests = 200;
    const answers = await Promise.all(
      Array.from({ length: requests }, (_, index) => ask(index, { maxOutputTokens: 40 })),
    );
    const ends = await Promise.all(
      answers.map(async (answer) => (answer.status === 200 ? readEvents(answer) : undefined)),
    );
    expect(ends.filter(Boolean).length).toBeGreaterThan(0);
    for (const server of pair.servers) {
      const response = await server.call('/api/me/limits', { token: session });
      const [state] = ((await response.json()) as LimitStateList).limits;
      expect(state?.held).toBe(0);
      expect(state?.used).toBeGreaterThan(0);
      prove('budgets-elsewhere', {
        found: Math.max(0, (state?.used ?? Infinity) - 200),
        cases: requests / 2,
      });
    }
  });

  it('end what runs at one when its token is revoked at the other', async () => {
    const [first, second] = pair.servers;
    const made = await person();
    pair.upstream.script({ tokens: 5000, delayMs: 10 });
    const created = await second.call('/api/tokens', { body: { name: 'app' }, token: made.session });
    const { id, token } = (await created.json()) as { id: string; token: string };
    const response = await first.call('/api/chat/stream', { body: { message: 'Hi' }, token });
    expect(response.status).toBe(200);
    const runId = response.headers.get('x-run-id');
    // Somebody follows it at the other server, with the same token.
    const following = iterateEvents(await second.call(`/api/runs/${runId}/events`, { token }));
    await following.next();
    const revokedAt = performance.now();
    const revoked = await second.call(`/api/tokens/${id}`, { method: 'DELETE', token: made.session });
    expect(revoked.status).toBe(204);
    const events = await readEvents(response);
    prove('revocations-elsewhere', { found: performance.now() - revokedAt, cases: 1 });
    expect(lastOf(events, 'run-end')).toMatchObject({ reason: 'revoked' });
    await Array.fromAsync(following).catch(() => undefined);
    expect(performance.now() - revokedAt).toBeLessThan(2500);
    await vi.waitFor(async () => {
      expect((await first.call('/api/runs?active=true', { token })).status).toBe(401);
    });
    expect(pair.upstream.stats.active).toBe(0);
  });
});
