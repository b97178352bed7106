import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { restoreRun } from '../../stream/catch-up.ts';
import { createRunStore } from '../../stream/run-store.ts';
import { AnswerFacts } from './answer-facts.tsx';

const tokens = { cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0, source: 'provider' as const };
const counted = {
  usage: { inputTokens: 1200, outputTokens: 30, ...tokens },
  timing: { firstTokenMs: 250, totalMs: 900 },
};
const priced = { ...counted, cost: { microUsd: 12_300, source: 'catalog' as const } };

type Facts = Partial<Omit<Parameters<typeof restoreRun>[0], 'id' | 'content'>>;

const textOf = (markup: string) => markup.replace(/<[^>]+>/g, '|').replace(/\|+/g, '|');

function render(answers: readonly Facts[]): string {
  const views = answers.map((answer) =>
    restoreRun({
      id: 'a',
      content: 'Yes.',
      runId: 'r',
      model: 'p/m',
      reason: 'complete',
      ...answer,
    }).getView(),
  );
  return textOf(
    renderToStaticMarkup(<AnswerFacts views={views} modelName={() => 'Sluice'} isCounted saidAt={null} />),
  );
}

it('tells tokens, time and pace of an answer, and those of what goes on with it together', () => {
  expect(render([priced])).toBe('|Sluice|1,200 in, 30 out|$0.0123|first token 250 ms|46 tok/s|');
  expect(render([priced, priced])).toBe('|Sluice|2,400 in, 60 out|$0.0246|first token 250 ms|46 tok/s|');
});

it('says of figures that are not known that they are not, and never 0', () => {
  const none = '|Sluice|– in, – out|–|first token –|– tok/s|';
  expect(render([{}])).toBe(none);
  expect(render([priced, {}])).toBe('|Sluice|– in, – out|–|first token 250 ms|– tok/s|');
  expect(render([{ ...priced, usage: null, cost: null }])).toBe(
    '|Sluice|– in, – out|–|first token 250 ms|– tok/s|',
  );
  expect(render([{ ...priced, timing: { firstTokenMs: null, totalMs: 9 } }])).toBe(
    '|Sluice|1,200 in, 30 out|$0.0123|first token –|– tok/s|',
  );
});

it('marks what is estimated', () => {
  const estimate = { microUsd: 1_000_000, source: 'estimated' as const };
  expect(render([priced, { ...priced, cost: estimate }])).toContain('|≈ |$1.01|');
  expect(render([priced, counted])).toContain('|–|');
});

it('tells no figures of an answer whose run has not ended, nor of an imported one', () => {
  const view = restoreRun({ id: 'a', content: 'Yes.', runId: 'r', reason: 'complete', ...priced }).getView();
  const open = { ...view, phase: 'finished' as const, end: null };
  const markup = renderToStaticMarkup(
    <AnswerFacts views={[open]} modelName={() => 'Sluice'} isCounted saidAt={null} />,
  );
  expect(textOf(markup)).toBe('|Sluice|');
  expect(render([{ runId: '' }])).toBe('|Sluice|');
});

it('tells which model was asked where another one answered', () => {
  const run = createRunStore({ id: 'a', model: 'p/asked', schedule: (flush) => flush() });
  run.append({ type: 'run-start', runId: 'r', model: 'p/asked', provider: 'p', createdAt: '' });
  run.append({ type: 'run-fallback', from: 'p/asked', to: 'p/second', reason: 'x' });
  run.append({ type: 'run-fallback', from: 'p/second', to: 'p/third', reason: 'x' });
  run.append({ type: 'text-delta', text: 'Yes.' });
  const name = (id: string) => id.toUpperCase();
  const markup = renderToStaticMarkup(
    <AnswerFacts views={[run.getView()]} modelName={name} isCounted saidAt={null} />,
  );
  expect(textOf(markup)).toBe('|P/ASKED → P/THIRD|');
});
