/** What an answer of a benchmark consists of. */
export type AnswerKind = 'mixed' | 'fence' | 'list';

const paragraphs = [
  'A relay is judged by its worst reader. While one of them sleeps, its socket fills, and **what is written for it** has to wait somewhere; `write()` says so by returning `false`, and whoever does not listen keeps the whole answer in memory.',
  'Nobody reads a token. People read *words as they come*, and a page that draws sixty times a second has drawn enough: the rest is heat. See [the long tasks specification](https://w3c.github.io/longtasks/) for what a browser calls slow.',
  'What has been said does not change any more. A list of twenty items that gets another is, but for **one item**, the list it was; a table is the same with rows, and code with lines. `memo` is all it takes, once the parts are found.',
  'Time to first token is felt, time to last token is waited for. Between the two a reader scrolls, selects, and begins to type the next question, *and every one of these* has to work as if nothing else went on.',
];
const bullets = [
  '- Count what is open, and close what is not read.',
  '- Number the events; a reader that returns says `after=41` and goes on.',
  '  - What was missed is in the log.',
  '  - What is not in the log was never shown.',
  '- One writer per socket, and **one reason** per abort.',
  '- A timer for the first token, and another for silence.',
];
const steps = [
  'Ask who it is.',
  'Ask what they may spend.',
  'Open the upstream, *with a signal*.',
  'Write what comes, and `drain`.',
];
const table = `| Path | Carries | Resumes | Through proxies | Remark |
| --- | :---: | :---: | --- | ---: |
| Events over HTTP | one way | by number | yes | text |
| WebSocket | both ways | by hand | mostly | frames |
| Long polling | one way | by number | yes | many requests |
| Plain chunks | one way | no | yes | no boundaries |`;
const formulas = `With arrivals $\\lambda$ and service $\\mu$ the load is $\\rho = \\lambda / \\mu$, and one waits $W = \\frac{\\rho}{\\mu - \\lambda}$ on average:

$$
L_q = \\frac{\\rho^2}{1 - \\rho}, \\qquad P_n = (1 - \\rho) \\rho^n, \\qquad \\sum_{n=0}^{\\infty} P_n = 1
$$`;
const quotation =
  '> What is measured beside other work is measured badly.\n> What is never measured is slow.';

const typeScript = (index: number) => `/** Follower ${index}: reads a log from where it stands. */
export class Follower${index} implements AsyncDisposable {
  readonly #log: EventLog<"text" | "usage">;
  #after = ${index * 3};

  async *read(signal: AbortSignal): AsyncGenerator<readonly Event[]> {
    while (!signal.aborted) {
      const events = await this.#log.after(this.#after, { limit: ${64 + index}, signal });
      if (events.length === 0) return; // the end is an event, too
      this.#after += events.length;
      yield events.map((event) => ({ ...event, at: \`\${Date.now()}-${index}\` }));
    }
  }
}
`;
const python = (index: number) => `def drain_${index}(queue: list[bytes], limit: int = ${index + 16}) -> int:
    """Takes what fits, and says how much is left."""
    taken = 0
    while queue and taken < limit:
        frame = queue.pop(0)
        if not frame.endswith(b"\\n\\n"):
            raise ValueError(f"frame {taken} of ${index} is cut: {frame!r}")
        taken += len(frame)  # bytes, not tokens
    return len(queue)
`;

const many = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => make(index)).join('\n');
const fence = (language: string, code: string) => `\`\`\`${language}\n${code.trimEnd()}\n\`\`\``;
const pick = <Item>(items: readonly Item[], index: number) => items[index % items.length] as Item;

function section(index: number): string {
  const extra = [table, formulas, quotation][index % 3] ?? '';
  const parts = [
    `## Part ${index + 1}: what it costs to be read`,
    pick(paragraphs, index),
    pick(paragraphs, index + 1),
    index % 2 === 0 ? bullets.join('\n') : steps.map((step, number) => `${number + 1}. ${step}`).join('\n'),
    extra,
    pick(paragraphs, index + 2),
    index % 4 === 3
      ? fence(
          'python',
          many(8, (number) => python(index * 8 + number)),
        )
      : fence('ts', typeScript(index)),
  ];
  if (index % 4 === 1)
    parts.push(
      '### And at length',
      fence(
        'ts',
        many(6, (number) => typeScript(100 + index * 6 + number)),
      ),
    );
  return parts.join('\n\n');
}

const makers: Readonly<Record<AnswerKind, (index: number) => string>> = {
  mixed: (index) => `${section(index)}\n\n`,
  fence: (index) => `${index === 0 ? '```ts\n' : ''}${many(8, (number) => typeScript(index * 8 + number))}\n`,
  list: (index) => `${bullets.join('\n').replaceAll('Count', `Count ${index}`)}\n`,
};

/** @returns exactly so many tokens of about four characters, the same in each run */
export function answerTokens(count: number, kind: AnswerKind): string[] {
  const tokens: string[] = [];
  for (let index = 0; tokens.length < count; index += 1) {
    tokens.push(...(makers[kind](index).match(/ ?[a-zA-Z]{1,6}|\d{1,3}|\s+|[^\sa-zA-Z\d]/g) ?? []));
  }
  return tokens.slice(0, count);
}

/** @returns what is said in a long conversation: asked and answered in turn */
export function historyMessages(count: number): { role: 'user' | 'assistant'; content: string }[] {
  return Array.from({ length: count }, (_, index) => {
    const turn = Math.floor(index / 2);
    if (index % 2 === 0)
      return { role: 'user', content: `Question ${turn}: ${pick(paragraphs, turn).slice(0, 80)}?` };
    const extra = [fence('ts', typeScript(turn)), table, bullets.join('\n')][turn % 3] ?? '';
    return {
      role: 'assistant',
      content: `### Answer ${turn}\n\n${pick(paragraphs, turn)}\n\n${pick(paragraphs, turn + 1)}\n\n${extra}`,
    };
  });
}
