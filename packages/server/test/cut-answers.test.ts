import { expect, it } from 'vitest';
import { fullCounts, randomFrom } from './_support/counts.ts';
import { geminiDialect } from './_support/fake-gemini-dialect.ts';
import { ollamaDialect } from './_support/fake-ollama-dialect.ts';
import { responsesDialect } from './_support/fake-responses-dialect.ts';
import { type FakeDialect, anthropicDialect, openAiDialect } from './_support/fake-upstream-dialect.ts';
import { type FakeScript, directive } from './_support/fake-upstream-script.ts';
import { prove } from './_support/guarantees/prove.ts';
import { lastOf, pointAllAt, readEvents, textOf } from './_support/start-server.ts';
import { useServer } from './_support/use-server.ts';
import { writeModelsConfig } from './_support/write-models-config.ts';

const pair = useServer((upstream) => ({
  ...pointAllAt(upstream),
  MAX_RUNS_PER_USER: '0',
  SLUICE_CONFIG: writeModelsConfig({ models: { 'openai/responses': { api: 'responses' } } }),
}));

const tokens = ['Streams ', 'end: ', '“all” ', 'or ', '{"cut":', ' true}', ' …'];
const text = tokens.join('');

interface WireFormat {
  model: string;
  dialect: () => FakeDialect;
  /** What stands in the answer's terminal alone: bytes that end before it are a cut answer. */
  terminal: string;
}
const wireFormats: WireFormat[] = [
  { model: 'anthropic/claude-sonnet-5-5', dialect: anthropicDialect, terminal: 'event: message_stop' },
  { model: 'openai/gpt-4.1', dialect: openAiDialect, terminal: '"finish_reason":"stop"' },
  { model: 'openai/responses', dialect: responsesDialect, terminal: 'event: response.completed' },
  { model: 'gemini/fake', dialect: geminiDialect, terminal: '"finishReason":"STOP"' },
  { model: 'ollama/fake', dialect: ollamaDialect, terminal: '"done":true' },
];

/** The bytes of a whole answer, and how many of them there are before its terminal. */
function answerIn({ dialect, terminal }: WireFormat) {
  const spoken = dialect();
  const said = [spoken.begin('fake'), ...tokens.map((token) => spoken.token(token)), spoken.finish({}, 7)];
  const bytes = Buffer.from(said.join(''));
  return { bytes, whole: bytes.indexOf(terminal) };
}

const total = fullCounts ? 1000 : 100;
it(
  `an answer that is cut upstream at any byte is never shown as complete, and its text is what came (× ${total})`,
  { timeout: 600_000 },
  async () => {
    const random = randomFrom('cut answers');
    const broken: object[] = [];
    const pick = <Choice>(choices: readonly Choice[]) =>
      choices[Math.floor(random() * choices.length)] as Choice;
    const cutOne = async () => {
      const wireFormat = pick(wireFormats);
      const { bytes, whole } = answerIn(wireFormat);
      const at = Math.floor(random() * whole);
      const rawBase64 = bytes.subarray(0, at).toString('base64');
      const script: FakeScript = { rawBase64, end: pick(['fin', 'truncate', 'reset']) };
      if (random() < 0.3) script.split = 'random';
      const { model } = wireFormat;
      const response = await pair.server.call('/api/chat/stream', {
        body: { model, message: directive(script) },
      });
      const events = await readEvents(response);
      const reason = lastOf(events, 'run-end')?.reason;
      const isHonest = reason === 'error' && lastOf(events, 'error')?.code === 'upstream_truncated';
      if (!isHonest || !text.startsWith(textOf(events))) broken.push({ model, at, ...script, events });
    };
    for (let done = 0; done < total; done += 50) await Promise.all(Array.from({ length: 50 }, cutOne));
    if (broken.length > 0) console.log(JSON.stringify(broken.slice(0, 3)));
    prove('cut-answers', { found: broken.length, cases: total, seed: random.seed });
  },
);

it.each(wireFormats)('an answer of $model that is not cut is complete', async (wireFormat) => {
  const rawBase64 = answerIn(wireFormat).bytes.toString('base64');
  const body = { model: wireFormat.model, message: directive({ rawBase64 }) };
  const events = await readEvents(await pair.server.call('/api/chat/stream', { body }));
  expect([textOf(events), lastOf(events, 'run-end')?.reason]).toEqual([text, 'complete']);
});
