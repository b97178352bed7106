import type { CodeColourer } from './colour-code.ts';
import type { InkReply, InkRequest } from './ink-message.ts';

/** Colours code and sets formulas, off the page's thread. Shiki and KaTeX are fetched by whichever is asked for first. */

const post = (reply: InkReply) => self.postMessage(reply);

interface CodeWork {
  colourer: Promise<CodeColourer>;
  /** The pieces of one block wait for each other; not for those of another. */
  last: Promise<void>;
}

const works = new Map<number, CodeWork>();

function startWork(grammar: string): CodeWork {
  const colourer = import('./colour-code.ts').then(({ createColourer }) => createColourer(grammar));
  return { colourer, last: Promise.resolve() };
}

function colour({ id, language, text }: Extract<InkRequest, { type: 'code' }>): void {
  const work = works.get(id) ?? startWork(language);
  works.set(id, work);
  const next = async () => {
    await work.last;
    const { colour: colourText } = await work.colourer;
    const lines = await colourText(text);
    if (works.get(id) === work) post({ type: 'lines', id, lines });
  };
  work.last = next();
  work.last.catch(() => {
    if (works.delete(id)) post({ type: 'failed', id });
  });
}

async function typeset({ id, tex, isDisplay }: Extract<InkRequest, { type: 'formula' }>): Promise<void> {
  try {
    const { typesetFormula } = await import('./typeset-formula.ts');
    post({ type: 'formula', id, node: typesetFormula(tex, isDisplay) });
  } catch {
    post({ type: 'failed', id });
  }
}

self.addEventListener('message', ({ data }: MessageEvent<InkRequest>) => {
  if (data.type === 'code') colour(data);
  else if (data.type === 'formula') void typeset(data);
  else if (data.type === 'close') works.delete(data.id);
  else post({ type: 'pong' });
});
