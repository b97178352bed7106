import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { restoreRun } from '../stream/catch-up.ts';
import { AnswerFacts } from './answer-facts.tsx';

const tokens = { cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0, source: 'provider' as const };
const counted = {
  usage: { inputTokens: 1200, outputTokens: 30, ...tokens },
  timing: { firstTokenMs: 250, totalMs: 900 },
};
const priced = { ...counted, cost: { microUsd: 12_300, source: 'catalog' as const } };

type Facts = Partial<Omit<Parameters<typeof restoreRun>[0], 'id' | 'content'>>;

function render(answers: readonly Facts[]): string {
  const views = answers.map((answer) => restoreRun({ id: 'a', content: 'Yes.', ...answer }).getView());
  const markup = renderToStaticMarkup(<AnswerFacts views={views} modelName="Sluice" isCounted />);
  return markup.replace(/<[^>]+>/g, '|').replace(/\|+/g, '|');
}

it('tells the tokens and the time of an answer, and those of what goes on with it together', () => {
  expect(render([counted])).toBe('|Sluice|1,200 in, 30 out|first token 250 ms|');
  expect(render([counted, counted])).toBe('|Sluice|2,400 in, 60 out|first token 250 ms|');
});

it('says nothing of figures that are not known', () => {
  expect(render([{}])).toBe('|Sluice|');
  expect(render([counted, {}])).toBe('|Sluice|first token 250 ms|');
});

it('tells what an answer costs, and marks what is estimated', () => {
  expect(render([priced])).toBe('|Sluice|1,200 in, 30 out|$0.0123|first token 250 ms|');
  expect(render([priced, { ...priced, cost: { microUsd: 1_000_000, source: 'estimated' } }])).toBe(
    '|Sluice|2,400 in, 60 out|≈ $1.01|first token 250 ms|',
  );
  expect(render([priced, counted])).toBe('|Sluice|2,400 in, 60 out|first token 250 ms|');
});

it('tells no figures of an answer whose run has not ended: what was counted may not be all', () => {
  const view = restoreRun({ id: 'a', content: 'Yes.', ...priced }).getView();
  const markup = renderToStaticMarkup(
    <AnswerFacts views={[{ ...view, phase: 'finished', end: null }]} modelName="Sluice" isCounted />,
  );
  expect(markup.replace(/<[^>]+>/g, '|').replace(/\|+/g, '|')).toBe('|Sluice|');
});
