import { RunCutError, SluiceError } from '@sluice/shared';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { speak } from '../ui/text.ts';
import { describeErrorEvent, describeFailure, sayFailure } from './run-failure.ts';

describe('what a run failed with', () => {
  afterEach(async () => {
    await speak('en');
    vi.unstubAllGlobals();
  });

  it('is said in the language of the page, also when that changes afterwards', async () => {
    vi.stubGlobal('document', { documentElement: {} });
    const event = { error: 'The provider is overloaded', code: 'upstream_overloaded', retryable: true };
    const failures = [
      describeFailure(new TypeError('network'), null),
      describeFailure(new RunCutError('r1'), null),
      describeFailure(new SyntaxError('what'), null),
      describeFailure(new SluiceError('rate_limited', { detail: '3 a minute' }), null),
      describeFailure(new SluiceError('token_expired'), null),
      describeErrorEvent(event, null),
      describeErrorEvent({ ...event, code: 'of_a_newer_server' }, null),
    ];
    const english = failures.map(sayFailure);
    expect(english[0]).toBe('The server could not be reached. Check the connection and try again.');
    expect(english.slice(3)).toEqual([
      '3 a minute',
      'Your session has ended. Sign in again, then retry.',
      'The provider is overloaded',
      'The provider is overloaded',
    ]);
    await speak('de');
    const german = failures.map(sayFailure);
    expect(german[0]).toMatch(/^Der Server/);
    expect(german[2]).toBe('Die Antwort war nicht zu lesen.');
    expect(german[3]).toMatch(/\(3 a minute\)$/);
    expect(german.filter((sentence, index) => sentence === english[index])).toEqual([english[6]]);
  });
});

it('counts down no more than somebody may be asked to sit out', () => {
  const event = { error: '', code: 'upstream_rate_limited', retryable: true };
  const waits = [1500, 60_000, 3_600_000].map((retryAfterMs) =>
    describeErrorEvent({ ...event, retryAfterMs }, null),
  );
  expect(waits.map(({ retryAfterMs }) => retryAfterMs)).toEqual([1500, 60_000, null]);
  expect(describeErrorEvent(event, null).retryAfterMs).toBeNull();
  const budget = new SluiceError('budget_exceeded', { retryAfterMs: 1500 });
  expect(describeFailure(budget, null).retryAfterMs).toBeNull();
});
