import { SluiceError } from '@sluice/shared';
import { expect, it, vi } from 'vitest';
import { watchBudget } from './watch-budget.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** @param answers tokens that are granted, or what asking fails with, one after the other */
function createWatch({ held = 100, answers = [] as (number | Error)[], maxOutputTokens = Infinity } = {}) {
  const asked: number[] = [];
  const budget = {
    outputTokens: held,
    holdMore: async (wanted: number) => {
      asked.push(wanted);
      const answer = answers.shift();
      if (typeof answer !== 'number') throw answer;
      budget.outputTokens += answer;
    },
  };
  const [cut, warn] = [vi.fn(), vi.fn()];
  return { asked, cut, warn, note: watchBudget({ budget, maxOutputTokens, cut, warn }) };
}

it('asks for more once three quarters are used, and once at a time', async () => {
  const { asked, cut, note } = createWatch({ answers: [60] });
  note(74);
  expect(asked).toEqual([]);
  note(75);
  note(500);
  expect(asked).toEqual([4096]);
  await settled();
  expect(cut).not.toHaveBeenCalled();
});

it('cuts an answer off when it is refused more, and has used what it had', async () => {
  const refusal = new SluiceError('budget_exceeded');
  const { asked, cut, note } = createWatch({ answers: [refusal] });
  note(75);
  await settled();
  note(99);
  expect(cut).not.toHaveBeenCalled();
  note(100);
  expect(cut).toHaveBeenCalledWith(refusal);
  expect(asked).toHaveLength(1);
});

it('cuts at once what has used it by the time of the refusal', async () => {
  const { cut, note } = createWatch({ answers: [new SluiceError('budget_exceeded')] });
  note(75);
  note(101);
  await settled();
  expect(cut).toHaveBeenCalledOnce();
});

it('asks for no more than the answer can have', async () => {
  const { asked, note } = createWatch({ held: 100, maxOutputTokens: 150, answers: [50] });
  note(90);
  await settled();
  note(160);
  expect(asked).toEqual([50]);
});

it('goes on while the database is away, and asks again after a while', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const { asked, cut, warn, note } = createWatch({ answers: [new SluiceError('unavailable'), 100] });
  note(100);
  await settled();
  note(120);
  expect([asked.length, warn.mock.calls.length]).toEqual([1, 1]);
  vi.advanceTimersByTime(1000);
  note(130);
  expect(asked).toHaveLength(2);
  expect(cut).not.toHaveBeenCalled();
  vi.useRealTimers();
});
